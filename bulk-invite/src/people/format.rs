//! Tells a people file's format by its bytes.

use std::io::{self, Read, copy, sink};

use zip::ZipArchive;

use super::UnusableFile;
use super::source::{Reader, Source};

/// A format that people are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// CSV, JSON, or a list of addresses.
    Text,
    /// An Excel workbook, `.xlsx`.
    Xlsx,
    /// An OpenDocument spreadsheet, `.ods`.
    Ods,
}

/// The size to which a workbook may unpack, in bytes. A sheet of a million people has a fifth of it.
const MAX_UNPACKED: u64 = 1 << 30;

/// The same for `.ods`, which is parsed as a whole.
const MAX_UNPACKED_ODS: u64 = 256 << 20;

/// The number of bytes that tell a format.
const MAGIC: u64 = 8;

/// The number of bytes of an old Office file that are searched for what it contains.
const SEARCHED_OLE: u64 = 64 << 20;

/// Returns the format of a file.
///
/// # Errors
///
/// If people cannot be read from it. The message says what it is, and what to do.
pub(super) fn detect(source: &Source) -> Result<Format, UnusableFile> {
    let save_as = |what: &str| {
        Err(UnusableFile(format!(
            "the file is {what}: save it as .xlsx or as CSV UTF-8"
        )))
    };
    let read = |length| read_beginning(source, length).map_err(|error| unreadable(&error));
    let bytes = read(MAGIC)?;
    if bytes.starts_with(b"PK\x03\x04") {
        return detect_zip(source);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        let bytes = read(SEARCHED_OLE)?;
        let contains = |name: &str| {
            let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            bytes.windows(name.len()).any(|window| window == name)
        };
        return match (contains("EncryptedPackage"), contains("WordDocument")) {
            (true, _) => Err(UnusableFile(
                "the file is a workbook with a password: remove the password in Excel, under File, Info, Protect \
                 Workbook, and save it again"
                    .to_owned(),
            )),
            (_, true) => save_as("a Word document"),
            _ => save_as("an old Excel workbook (.xls)"),
        };
    }
    let others: [(&[u8], &str); 2] = [(b"%PDF", "a PDF file"), (b"{\\rtf", "a rich text document")];
    let packed: [(&[u8], &str); 4] = [
        (b"\x1F\x8B", "compressed with gzip"),
        (b"\x28\xB5\x2F\xFD", "compressed with zstd"),
        (b"7z\xBC\xAF", "a 7z archive"),
        (b"Rar!", "a RAR archive"),
    ];
    let find = |kinds: &[(&[u8], &'static str)]| {
        let found = kinds.iter().find(|(magic, _)| bytes.starts_with(magic));
        found.map(|(_, what)| *what)
    };
    match (find(&others), find(&packed)) {
        (Some(what), _) => save_as(what),
        (_, Some(what)) => Err(UnusableFile(format!(
            "the file is {what}: unpack it, and use the file within"
        ))),
        _ => Ok(Format::Text),
    }
}

fn read_beginning(source: &Source, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.reader().take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> UnusableFile {
    UnusableFile(format!("the file cannot be read: {error}"))
}

/// Tells the formats that are zip archives apart, by the files within.
fn detect_zip(source: &Source) -> Result<Format, UnusableFile> {
    let damaged = |error: &dyn std::fmt::Display| {
        UnusableFile(format!(
            "the file is a workbook or a zip archive, but damaged ({error}): download or save it again"
        ))
    };
    let mut archive = ZipArchive::new(source.reader()).map_err(|error| damaged(&error))?;
    let mut mime_type = String::new();
    if let Ok(file) = archive.by_name("mimetype") {
        // The content does not matter if it is no text.
        let _ = file.take(100).read_to_string(&mut mime_type);
    }
    let has = |start: &str| archive.file_names().flatten().any(|name| name.starts_with(start));
    let (format, limit) = if has("xl/workbook.xml") {
        (Format::Xlsx, MAX_UNPACKED)
    } else if mime_type.contains("opendocument.spreadsheet") {
        (Format::Ods, MAX_UNPACKED_ODS)
    } else {
        let what = if has("xl/workbook.bin") {
            "an Excel binary workbook (.xlsb)"
        } else if has("word/") {
            "a Word document"
        } else if has("Index/") || has("Index.zip") {
            "a Numbers document: export it, and if not"
        } else if mime_type.contains("opendocument") {
            "an OpenDocument document without sheets: copy its table into a spreadsheet, or"
        } else {
            return Err(UnusableFile(
                "the file is a zip archive: unpack it, and use the file within".to_owned(),
            ));
        };
        return Err(UnusableFile(match what.contains(':') {
            true => format!("the file is {what} save it as .xlsx or as CSV UTF-8"),
            false => format!("the file is {what}: save it as .xlsx or as CSV UTF-8"),
        }));
    };
    check_size(&mut archive, limit).map_err(|error| match error {
        Some(error) => damaged(&error),
        None => UnusableFile(format!(
            "the workbook unpacks to more than {} MB: save the sheet with the people as CSV UTF-8",
            limit >> 20
        )),
    })?;
    Ok(format)
}

/// Unpacks an archive to nowhere, up to `limit` bytes: the sizes that it declares can be wrong. The error is `None` at the limit.
fn check_size(archive: &mut ZipArchive<Reader>, limit: u64) -> Result<(), Option<std::io::Error>> {
    let mut left = limit;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| Some(error.into()))?;
        let unpacked = copy(&mut file.take(left + 1), &mut sink()).map_err(Some)?;
        left = left.checked_sub(unpacked).ok_or(None)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            archive.start_file(*name, SimpleFileOptions::default()).expect("a file");
            archive.write_all(content).expect("its content");
        }
        archive.finish().expect("an archive").into_inner()
    }

    fn source(bytes: &[u8]) -> Source {
        Source::copy_of(bytes).expect("a copy")
    }

    #[test]
    fn says_what_other_files_are_and_what_to_do() {
        let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let odt: &[u8] = b"application/vnd.oasis.opendocument.text";
        let cases = [
            (
                archive(&[("xl/workbook.bin", b"")]),
                "an Excel binary workbook (.xlsb): save it as .xlsx",
            ),
            (archive(&[("word/document.xml", b"")]), "a Word document: save it as"),
            (archive(&[("Index/Document.iwa", b"")]), "a Numbers document: export it"),
            (archive(&[("mimetype", odt)]), "an OpenDocument document without sheets"),
            (
                archive(&[("people.csv", b"email\n")]),
                "a zip archive: unpack it, and use the file within",
            ),
            (b"PK\x03\x04\0\0broken".to_vec(), "damaged"),
            (
                b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(),
                "an old Excel workbook (.xls): save it as .xlsx",
            ),
            (
                [&b"\xD0\xCF\x11\xE0"[..], &utf_16("EncryptedPackage")].concat(),
                "a workbook with a password: remove the password",
            ),
            (b"%PDF-1.7\n".to_vec(), "a PDF file: save it as"),
            (
                b"\x1F\x8B\x08".to_vec(),
                "compressed with gzip: unpack it, and use the file within",
            ),
        ];
        for (bytes, expected) in cases {
            let error = detect(&source(&bytes)).expect_err(expected).to_string();
            assert!(error.contains(expected), "{expected}: {error}");
        }
        assert_eq!(detect(&source(b"email\nada@example.com")), Ok(Format::Text));
    }

    #[test]
    fn an_archive_is_unpacked_only_up_to_the_limit() {
        let zeros = vec![0; 1 << 20];
        let bytes = archive(&[("a", &zeros), ("b", &zeros)]);
        assert!(bytes.len() < 1 << 14, "a megabyte of zeros packs well");
        let mut archive = ZipArchive::new(source(&bytes).reader()).expect("an archive");
        assert!(check_size(&mut archive, 2 << 20).is_ok());
        assert!(matches!(check_size(&mut archive, (2 << 20) - 1), Err(None)));
    }
}
