//! People from a CSV file: read, looked at row by row, and taken in in one transaction, exactly as they were shown.

use std::collections::HashMap;

use desk::{Language, Role};
use mail::Address;
use sha2::{Digest as _, Sha256};
use store::{Tx, UsedBy};

use crate::people::{checked_address, checked_name};
use crate::team::Invitation;
use crate::{Actor, Engine, Error, Result};

/// Largest file, in bytes.
const LARGEST: usize = 2 * 1024 * 1024;
/// Most rows.
const MOST_ROWS: usize = 5_000;

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A new person.
    New,
    /// Somebody the desk knows, by this name; nothing changes.
    Known(String),
    /// Not taken in.
    Refused(RowProblem),
}

/// Why a row is not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowProblem {
    /// No usable address.
    NotAnAddress,
    /// A support address is never a person's.
    SupportAddress,
    /// The address stands in this line already.
    TwiceInFile(u64),
    /// The name is longer than names are.
    Name,
    /// A role that nobody can be given.
    Role,
}

/// A row of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRow {
    /// Line of the file, from 1.
    pub line: u64,
    /// Name; the address where there was none.
    pub name: String,
    /// Address as it stands in the file.
    pub address: String,
    /// Role.
    pub role: Role,
    /// What becomes of it.
    pub fate: Fate,
}

/// What a file would do.
#[derive(Debug, Clone)]
pub struct CsvPreview {
    /// The rows, in order.
    pub rows: Vec<CsvRow>,
    /// Stands for exactly these fates: taking in is refused when they have changed meanwhile.
    pub digest: String,
}

impl CsvPreview {
    /// Rows that become people.
    pub fn new_people(&self) -> usize {
        self.rows.iter().filter(|row| row.fate == Fate::New).count()
    }
}

/// The text of a file: UTF-8, or what spreadsheets in Japan write.
pub fn csv_text(bytes: &[u8]) -> Result<String> {
    if bytes.len() > LARGEST {
        return Err(Error::Invalid { field: "files", problem: "too-large" });
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.trim_start_matches('\u{feff}').to_owned());
    }
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(bytes);
    if broken { Err(Error::Invalid { field: "files", problem: "not-csv" }) } else { Ok(text.into_owned()) }
}

impl Engine {
    /// What would become of each row; changes nothing. Admins.
    pub async fn preview_people(&self, actor: &Actor, text: &str) -> Result<CsvPreview> {
        actor.must_be_admin()?;
        let raw = read(text)?;
        let tx = self.inner.store.begin(self.now()).await?;
        judged(&tx, raw).await
    }

    /// Takes the new people in, all or none; agents and admins among them are invited. Admins. `digest` is that of the
    /// preview; when something has changed since, nothing happens ([`Error::Invalid`] with `changed`). Answers how many.
    pub async fn import_people(
        &self,
        actor: &Actor,
        text: &str,
        digest: &str,
        language: Language,
    ) -> Result<usize> {
        actor.must_be_admin()?;
        let raw = read(text)?;
        let tx = self.inner.store.begin(self.now()).await?;
        let preview = judged(&tx, raw).await?;
        if preview.digest != digest {
            return Err(Error::Invalid { field: "files", problem: "changed" });
        }
        for row in preview.rows.iter().filter(|row| row.fate == Fate::New) {
            if row.role.is_staff() {
                let new = Invitation {
                    name: row.name.clone(),
                    address: row.address.clone(),
                    role: row.role,
                    language,
                };
                self.invite_in(&tx, actor, &new).await?;
            } else {
                tx.create_person(&row.name, &checked_address(&row.address)?, Role::EndUser).await?;
            }
        }
        tx.commit().await?;
        let made = preview.new_people();
        tracing::info!(made, by = %actor.person.id, "people imported");
        Ok(made)
    }
}

/// A row before anybody was asked about it.
#[derive(Debug, PartialEq)]
struct Raw {
    line: u64,
    name: String,
    address: String,
    role: String,
}

/// Which column holds what.
#[derive(Debug)]
struct Columns {
    name: Option<usize>,
    address: usize,
    role: Option<usize>,
}

impl Columns {
    /// From the first line: the names of columns, in either language.
    fn of(header: &csv::StringRecord) -> Option<Self> {
        let at = |names: &[&str]| {
            header.iter().position(|cell| names.contains(&cell.trim().to_lowercase().as_str()))
        };
        Some(Self {
            name: at(&["name", "full name", "display name", "名前", "氏名"]),
            address: at(&["email", "e-mail", "email address", "address", "メールアドレス", "メール"])?,
            role: at(&["role", "権限", "役割"]),
        })
    }
}

fn read(text: &str) -> Result<Vec<Raw>> {
    let invalid = |problem| Error::Invalid { field: "files", problem };
    if text.len() > LARGEST * 2 {
        return Err(invalid("too-large"));
    }
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|&delimiter| (first.bytes().filter(|&b| b == delimiter).count(), delimiter == b','))
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = records.next().ok_or_else(|| invalid("empty"))?.map_err(|_| invalid("not-csv"))?;
    let columns = Columns::of(&header).ok_or_else(|| invalid("no-address-column"))?;
    let mut rows = Vec::new();
    for record in records {
        let record = record.map_err(|_| invalid("not-csv"))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        if rows.len() == MOST_ROWS {
            return Err(invalid("too-large"));
        }
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().to_owned();
        rows.push(Raw {
            line: record.position().map_or(0, |at| line_of(text, at)),
            name: cell(columns.name),
            address: cell(Some(columns.address)),
            role: cell(columns.role),
        });
    }
    if rows.is_empty() { Err(invalid("empty")) } else { Ok(rows) }
}

/// The line a record stands in. The reader says where it began to look, which is before empty lines.
fn line_of(text: &str, at: &csv::Position) -> u64 {
    let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|&&byte| byte == b'\n');
    at.line() + empty.count() as u64
}

/// The role that a cell names; empty: an end user. The owner is nobody's to give.
fn role(cell: &str) -> Option<Role> {
    match cell.to_lowercase().as_str() {
        "" | "end user" | "end-user" | "end_user" | "エンドユーザー" => Some(Role::EndUser),
        "agent" | "エージェント" => Some(Role::Agent),
        "admin" | "administrator" | "管理者" => Some(Role::Admin),
        _ => None,
    }
}

async fn judged(tx: &Tx, raw: Vec<Raw>) -> Result<CsvPreview> {
    let mut lines: HashMap<Address, u64> = HashMap::new();
    let mut rows = Vec::with_capacity(raw.len());
    for raw in raw {
        let wanted = role(&raw.role);
        let address = checked_address(&raw.address).ok();
        let name = if raw.name.is_empty() { Ok(raw.address.clone()) } else { checked_name(&raw.name) };
        let fate = match (&address, &name, wanted) {
            (None, ..) => Fate::Refused(RowProblem::NotAnAddress),
            (_, Err(_), _) => Fate::Refused(RowProblem::Name),
            (_, _, None) => Fate::Refused(RowProblem::Role),
            (Some(address), ..) => match lines.get(address) {
                Some(&line) => Fate::Refused(RowProblem::TwiceInFile(line)),
                None => fate(tx, address).await?,
            },
        };
        if let Some(address) = address {
            lines.entry(address).or_insert(raw.line);
        }
        rows.push(CsvRow {
            line: raw.line,
            name: name.unwrap_or(raw.name),
            address: raw.address,
            role: wanted.unwrap_or(Role::EndUser),
            fate,
        });
    }
    let digest = hex::encode(Sha256::digest(format!("{rows:?}")));
    Ok(CsvPreview { rows, digest })
}

async fn fate(tx: &Tx, address: &Address) -> Result<Fate> {
    Ok(match tx.address_use(address).await? {
        None => Fate::New,
        Some(UsedBy::SupportAddress) => Fate::Refused(RowProblem::SupportAddress),
        Some(UsedBy::Staff(name) | UsedBy::EndUser(name)) => Fate::Known(name),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn raw(line: u64, name: &str, address: &str, role: &str) -> Raw {
        Raw { line, name: name.to_owned(), address: address.to_owned(), role: role.to_owned() }
    }

    /// Spreadsheets differ in separators, columns and languages; a person must not have to know.
    #[test]
    fn a_file_is_read_as_spreadsheets_write_it() {
        let expected =
            vec![raw(2, "Sato, Akari", "akari@example.jp", ""), raw(4, "", "ben@example.jp", "agent")];
        for text in [
            "Name,Email,Role\n\"Sato, Akari\",akari@example.jp,\n\n,ben@example.jp,agent\n",
            "role;email;name\r\n;akari@example.jp;Sato, Akari\r\n\r\nagent;ben@example.jp;\r\n",
            "名前\tメールアドレス\t権限\nSato, Akari\takari@example.jp\t\n\n\tben@example.jp\tagent",
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_file_that_is_no_list_of_people_is_refused_with_what_is_missing() {
        for (text, problem) in
            [("", "empty"), ("name,email\n", "empty"), ("name,phone\nSato,03-1234\n", "no-address-column")]
        {
            let Err(Error::Invalid { field: "files", problem: found }) = read(text) else { panic!("{text}") };
            assert_eq!(found, problem);
        }
        let many = format!("email\n{}", "a@example.jp\n".repeat(MOST_ROWS + 1));
        assert!(matches!(read(&many), Err(Error::Invalid { problem: "too-large", .. })));
    }

    #[test]
    fn a_file_from_a_japanese_spreadsheet_keeps_its_characters() {
        let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode("名前,メールアドレス\n佐藤,sato@example.jp\n");
        assert!(csv_text(&bytes).unwrap().contains("佐藤"));
        assert_eq!(csv_text("\u{feff}email".as_bytes()).unwrap(), "email");
        assert!(csv_text(&[0x80, 0xff, 0xfe]).is_err());
    }

    #[test]
    fn nobody_becomes_the_owner_by_a_file() {
        for (cell, expected) in [
            ("", Some(Role::EndUser)),
            ("End-User", Some(Role::EndUser)),
            ("Agent", Some(Role::Agent)),
            ("管理者", Some(Role::Admin)),
            ("owner", None),
            ("boss", None),
        ] {
            assert_eq!(role(cell), expected, "{cell}");
        }
    }
}
