//! The names that other products and languages give to columns.

use unicode_normalization::UnicodeNormalization;

/// Names of columns with email addresses. Compared in the form of [`normalize`].
const EMAIL_ADDRESS: &[&str] = &[
    // English, as exported by common products
    "email",
    "email address",
    "primary email",
    "primary email address",
    "work email",
    "work email address",
    "business email",
    "company email",
    "contact email",
    "login email",
    "member email",
    "user email",
    "user email address",
    "email id",
    "email 1 - value",
    "mail",
    "mail address",
    // German, Dutch, Danish, Norwegian, Swedish, Finnish
    "emailadresse",
    "mailadresse",
    "e-mailadres",
    "e-post",
    "e-postadress",
    "e-postadresse",
    "sähköposti",
    "sähköpostiosoite",
    // French, Spanish, Portuguese, Italian, Romanian
    "adresse e-mail",
    "adresse mail",
    "adresse électronique",
    "adresse de messagerie",
    "courriel",
    "correo",
    "correo electrónico",
    "dirección de correo",
    "dirección de correo electrónico",
    "endereço de e-mail",
    "correio eletrônico",
    "correio eletrónico",
    "indirizzo e-mail",
    "indirizzo di posta elettronica",
    "posta elettronica",
    "adresă de e-mail",
    // Polish, Czech, Hungarian, Turkish, Greek
    "adres e-mail",
    "e-mailová adresa",
    "e-mail cím",
    "e-posta",
    "e-posta adresi",
    "διεύθυνση email",
    "ηλεκτρονικό ταχυδρομείο",
    // Russian, Ukrainian
    "электронная почта",
    "адрес электронной почты",
    "эл. почта",
    "почта",
    "електронна пошта",
    "адреса електронної пошти",
    // Japanese, Chinese, Korean
    "メール",
    "メールアドレス",
    "Eメール",
    "電子メール",
    "邮箱",
    "邮箱地址",
    "电子邮件",
    "电子邮箱",
    "电子邮件地址",
    "電子郵件",
    "電子郵件地址",
    "이메일",
    "이메일 주소",
    // Arabic, Hebrew, Hindi
    "البريد الإلكتروني",
    "אימייל",
    "דואר אלקטרוני",
    "ईमेल",
];

/// Parts of the names of columns that may hold secrets or private remarks.
const SENSITIVE: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "passwort",
    "kennwort",
    "motdepasse",
    "contrasena",
    "senha",
    "пароль",
    "パスワード",
    "密码",
    "token",
    "secret",
    "apikey",
    "privatekey",
    "credential",
    "hash",
    "ssn",
    "socialsecurity",
    "note",
    "comment",
    "iban",
    "creditcard",
    "passport",
    "birth",
    "salary",
];

/// Parts of the names of columns that may hold email addresses, although the name is not known.
const MAYBE_EMAIL_ADDRESS: &[&str] = &[
    "mail",
    "courriel",
    "correo",
    "posta",
    "почт",
    "メール",
    "邮",
    "郵",
    "메일",
];

/// Parts of the names of columns that are about email, and hold no addresses.
const ABOUT_EMAIL: &[&str] = &[
    "status",
    "verified",
    "optin",
    "optout",
    "optedout",
    "marketing",
    "bounced",
    "unsubscribed",
    "blacklisted",
    "disabled",
    "domain",
    "type",
    "label",
    "template",
    "count",
    "sent",
    "opened",
    "usage",
    "spam",
    "mailing",
    "mailchimp",
    "postal",
    "date",
    "consent",
];

/// Whether a column of this name holds the email addresses.
pub(super) fn is_email_address(name: &str) -> bool {
    let normalized = normalize(name);
    EMAIL_ADDRESS.iter().any(|known| normalize(known) == normalized)
}

/// Whether a column of this name may hold secrets, which must not be suggested for metadata.
pub(super) fn is_sensitive(name: &str) -> bool {
    let normalized = normalize(name);
    SENSITIVE.iter().any(|part| normalized.contains(&normalize(part)))
}

/// Whether a column of this name may hold email addresses.
pub(super) fn may_be_email_address(name: &str) -> bool {
    let normalized = normalize(name);
    let contains = |parts: &[&str]| parts.iter().any(|part| normalized.contains(&normalize(part)));
    contains(MAYBE_EMAIL_ADDRESS) && !contains(ABOUT_EMAIL)
}

/// Reduces a name to its letters and digits, in lower case and without accents. Drops remarks in brackets, such as
/// `[Required]`.
pub(super) fn normalize(name: &str) -> String {
    let mut depth = 0_usize;
    let mut normalized = String::new();
    for c in name.nfd() {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            c if depth == 0 && c.is_alphanumeric() => normalized.extend(c.to_lowercase()),
            _ => {}
        }
    }
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_the_email_column_in_many_spellings() {
        let names = [
            "Email",
            "email_address",
            "Email Address",
            "E-mail",
            "e-mail address:",
            "emailAddress",
            "EMAIL ADDRESS*",
            "Email Address [Required]",
            "Primary Email",
            "Work Email",
            "Mail",
            "User Email",
            "Email 1 - Value",
            "Emailadresse",
            "E-Mail-Adresse",
            "Adresse e-mail",
            "Correo electrónico",
            "CORREO ELECTRONICO",
            "Correo electro\u{301}nico",
            "E-mailová adresa",
            "Электронная почта",
            "メールアドレス",
            "电子邮箱",
            "이메일",
        ];
        for name in names {
            assert!(is_email_address(name), "{name}");
        }
        for name in [
            "",
            "name",
            "Email Status",
            "Secondary Email",
            "Email 2 - Value",
            "mailing list",
        ] {
            assert!(!is_email_address(name), "{name}");
        }
    }

    #[test]
    fn recognizes_columns_that_may_hold_addresses() {
        for name in [
            "Invitee Email",
            "What's your email address?",
            "User ID/Email (Required)",
            "Votre adresse e-mail professionnelle",
            "Ваша почта",
        ] {
            assert!(may_be_email_address(name), "{name}");
        }
        for name in [
            "",
            "Team",
            "Email Opt Out",
            "Accepts Email Marketing",
            "E-mail 1 - Label",
            "Postal code",
        ] {
            assert!(!may_be_email_address(name), "{name}");
        }
    }

    #[test]
    fn recognizes_columns_that_may_hold_secrets() {
        for name in [
            "Password [Required]",
            "passwordHash",
            "API Token",
            "client-secret",
            "SSN",
            "Notes",
            "Contraseña",
        ] {
            assert!(is_sensitive(name), "{name}");
        }
        for name in ["First Name", "Team", "Department"] {
            assert!(!is_sensitive(name), "{name}");
        }
    }
}
