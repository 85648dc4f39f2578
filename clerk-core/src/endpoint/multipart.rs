use std::fmt;

use bytes::Bytes;
use http::HeaderValue;

/// A form with files, which a request sends as `multipart/form-data` (RFC 7578). [`EndpointRequest::multipart`] makes it the
/// body.
///
/// ```
/// use clerk_core::{EndpointRequest, InvalidRequest, Multipart, Operation};
///
/// fn set_logo(organization_id: &str, png: Vec<u8>) -> Result<EndpointRequest, InvalidRequest> {
///     let form = Multipart::new().file("file", "logo.png", "image/png", png);
///     Operation::put("UploadOrganizationLogo", "/organizations/{organization_id}/logo")
///         .request()
///         .path_param("organization_id", organization_id)?
///         .multipart(&form)
/// }
/// ```
///
/// [`EndpointRequest::multipart`]: crate::EndpointRequest::multipart
#[derive(Clone, Default)]
pub struct Multipart {
    parts: Vec<Part>,
}

#[derive(Clone)]
struct Part {
    name: String,
    /// The name and the media type of a file.
    file: Option<(String, String)>,
    content: Bytes,
}

impl Multipart {
    /// Creates a form without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field with a text.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parts.push(Part {
            name: name.into(),
            file: None,
            content: value.into().into(),
        });
        self
    }

    /// Adds a file of a media type, such as `image/png`.
    #[must_use]
    pub fn file(
        mut self,
        name: impl Into<String>,
        file_name: impl Into<String>,
        media_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        self.parts.push(Part {
            name: name.into(),
            file: Some((file_name.into(), media_type.into())),
            content: content.into(),
        });
        self
    }

    /// Returns the media type of the body, with its boundary, and the body. A media type of a file that is not the value of a
    /// header is an error.
    ///
    /// Equal forms have equal bodies, so that recorded requests can be compared.
    pub(super) fn encode(&self) -> Result<(String, Bytes), &'static str> {
        let boundary = self.boundary();
        let mut body = Vec::new();
        for Part { name, file, content } in &self.parts {
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
                escaped(name)
            );
            body.extend(head.as_bytes());
            if let Some((file_name, media_type)) = file {
                if HeaderValue::try_from(media_type).is_err() {
                    return Err("the media type of a file is invalid: give it one such as image/png");
                }
                let rest = format!("; filename=\"{}\"\r\nContent-Type: {media_type}", escaped(file_name));
                body.extend(rest.as_bytes());
            }
            body.extend(b"\r\n\r\n");
            body.extend(content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{boundary}--\r\n").as_bytes());
        Ok((format!("multipart/form-data; boundary={boundary}"), body.into()))
    }

    /// Returns a boundary that no content contains.
    fn boundary(&self) -> String {
        let is_in = |content: &[u8], text: &str| content.windows(text.len()).any(|part| part == text.as_bytes());
        let mut number = 0_u64;
        loop {
            let boundary = format!("clerk-form-{number}");
            if !self.parts.iter().any(|part| is_in(&part.content, &boundary)) {
                return boundary;
            }
            number += 1;
        }
    }
}

/// Escapes a name as browsers do (<https://html.spec.whatwg.org/#multipart-form-data>).
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// Shows only the number of fields, because they can contain email addresses.
impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Multipart({} fields)", self.parts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(form: &Multipart) -> (String, String) {
        let (media_type, body) = form.encode().expect("a valid form");
        (media_type, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[test]
    fn a_form_has_a_text_and_a_file() {
        let form = Multipart::new().text("uploader_user_id", "user_1").file(
            "file",
            "a \"b\"\r\n.png",
            "image/png",
            &b"PNG"[..],
        );
        let body = concat!(
            "--clerk-form-0\r\nContent-Disposition: form-data; name=\"uploader_user_id\"\r\n\r\nuser_1\r\n",
            "--clerk-form-0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22%0D%0A.png\"\r\n",
            "Content-Type: image/png\r\n\r\nPNG\r\n--clerk-form-0--\r\n"
        );
        let media_type = "multipart/form-data; boundary=clerk-form-0";
        assert_eq!(encoded(&form), (media_type.to_owned(), body.to_owned()));
    }

    #[test]
    fn the_boundary_is_in_no_content() {
        let form = Multipart::new().text("a", "--clerk-form-0").text("b", "clerk-form-1");
        assert!(encoded(&form).1.ends_with("\r\n--clerk-form-2--\r\n"));
    }

    #[test]
    fn a_media_type_cannot_add_headers() {
        let form = Multipart::new().file("file", "a", "image/png\r\nX: y", &b""[..]);
        assert!(form.encode().is_err());
    }
}
