/// Who an address is: itself, trimmed and with ASCII letters in lower case. Clerk keeps addresses in this form.
pub(super) fn identity(address: &str) -> String {
    address.trim().to_ascii_lowercase()
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

/// Whether a text has the form of an address (a plain reading of RFC 5321, 4.1.2, without quoted local parts).
pub(super) fn is_well_formed(address: &str) -> bool {
    let address = address.trim();
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    address.len() <= 254 && is_local_part(local) && is_domain(domain)
}

fn is_local_part(local: &str) -> bool {
    let is_special = |c: char| r#"()<>[]:;@\,""#.contains(c);
    (1..=64).contains(&local.len())
        && !local
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || is_special(c))
        && local.split('.').all(|part| !part.is_empty())
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_address() {
        let long = format!("{}@example.com", "x".repeat(65));
        for good in [
            "ada@example.com",
            " Ada.L+tag@Example.co.uk ",
            "jörg@bücher.example",
            "o'brien@a-b.io",
        ] {
            assert!(is_well_formed(good), "{good}");
        }
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada@example",
            "ada@@example.com",
            "a da@example.com",
            "ada@exa mple.com",
            "ada@-example.com",
            "ada@example..com",
            ".ada@example.com",
            "a,b@example.com",
            "Ada <ada@example.com>",
            &long,
        ] {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }

    #[test]
    fn case_and_spaces_do_not_make_another_person_and_tags_do() {
        assert_eq!(identity(" Ada@Example.COM "), identity("ada@example.com"));
        assert_ne!(identity("ada+1@example.com"), identity("ada@example.com"));
    }
}
