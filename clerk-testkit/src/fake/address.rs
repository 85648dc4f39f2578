use clerk_core::model::NormalizedEmailAddress;

/// Returns the normalized address. Clerk keeps addresses in this form.
pub(super) fn identity(address: &str) -> String {
    NormalizedEmailAddress::new(address).as_str().to_owned()
}

/// These addresses, each once, in order.
pub(super) fn each_once<'a>(addresses: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for address in addresses {
        if !found.iter().any(|known| known == address) {
            found.push(address.to_owned());
        }
    }
    found
}
