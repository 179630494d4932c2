//! Query options and Prefer headers: what is known is understood, what is not is refused.

use axum::http::HeaderMap;

use super::answer::Problem;
use crate::world::ids::IdKind;

/// Query options of one request.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `$select`.
    pub select: Option<Vec<String>>,
    /// `$filter` as text.
    pub filter: Option<String>,
    /// `$orderby`: property and whether descending.
    pub orderby: Vec<(String, bool)>,
    /// `$top`.
    pub top: Option<usize>,
    /// `$skip`.
    pub skip: usize,
    /// `$count=true`.
    pub count: bool,
    /// `$expand`, split at top-level commas.
    pub expand: Vec<String>,
    /// `$skiptoken`.
    pub skiptoken: Option<String>,
    /// `$deltatoken`.
    pub deltatoken: Option<String>,
    /// `changeType` of a delta query.
    pub change_type: Option<String>,
    /// `includeHiddenFolders`.
    pub include_hidden: bool,
}

/// Decodes a query string.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).map(|(k, v)| (k.into_owned(), v.into_owned())).collect()
}

impl Options {
    /// Reads the options; `allowed` are the names (without `$`) this path takes.
    pub fn read(query: &str, allowed: &[&str]) -> Result<Self, Problem> {
        let mut options = Self::default();
        for (name, value) in pairs(query) {
            let plain = name.strip_prefix('$').unwrap_or(&name).to_ascii_lowercase();
            let known = allowed.iter().any(|a| a.eq_ignore_ascii_case(&plain));
            if !known {
                return Err(Problem::query(format!(
                    "The query parameter '{name}' is not supported on this resource."
                )));
            }
            let number = || {
                value.parse::<usize>().map_err(|_| {
                    Problem::query(format!("Invalid value '{value}' for {name} query option found. A non-negative integer is required."))
                })
            };
            match plain.as_str() {
                "select" => options.select = Some(list(&value)),
                "filter" => options.filter = Some(value),
                "orderby" => options.orderby = order(&value)?,
                "top" => options.top = Some(number()?),
                "skip" => options.skip = number()?,
                "count" => options.count = value.eq_ignore_ascii_case("true"),
                "expand" => options.expand = split_top_level(&value),
                "skiptoken" => options.skiptoken = Some(value),
                "deltatoken" => options.deltatoken = Some(value),
                "changetype" => options.change_type = Some(value),
                "includehiddenfolders" => options.include_hidden = value.eq_ignore_ascii_case("true"),
                _ => {}
            }
        }
        Ok(options)
    }

    /// The page size: `$top`, else Prefer, else ten; 1 to 1000.
    pub fn page_size(&self, prefer: &Prefer) -> Result<usize, Problem> {
        let size = self.top.or(prefer.page_size).unwrap_or(10);
        if !(1..=1000).contains(&size) {
            return Err(Problem::new(
                400,
                "ErrorInvalidParameter",
                format!("The value '{size}' of $top is out of range: 1 to 1000."),
            ));
        }
        Ok(size)
    }
}

fn list(value: &str) -> Vec<String> {
    value.split(',').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

fn order(value: &str) -> Result<Vec<(String, bool)>, Problem> {
    list(value)
        .into_iter()
        .map(|part| {
            let mut words = part.split_whitespace();
            let name = words.next().unwrap_or_default().to_owned();
            match words.next().map(str::to_ascii_lowercase).as_deref() {
                None | Some("asc") => Ok((name, false)),
                Some("desc") => Ok((name, true)),
                Some(other) => Err(Problem::query(format!("Syntax error at '{other}' in '$orderby'."))),
            }
        })
        .collect()
}

fn split_top_level(value: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut depth = 0usize;
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out.into_iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

/// What the client prefers.
#[derive(Clone, Debug, Default)]
pub struct Prefer {
    /// `IdType`.
    pub ids: IdKind,
    /// `odata.maxpagesize`.
    pub page_size: Option<usize>,
    /// `outlook.body-content-type="text"`.
    pub text_body: bool,
    /// What was applied, for the answer.
    pub applied: Vec<String>,
}

impl Prefer {
    /// Reads every Prefer header.
    pub fn read(headers: &HeaderMap) -> Self {
        let mut prefer = Self::default();
        let all = headers.get_all("prefer").iter().filter_map(|v| v.to_str().ok());
        for part in all.flat_map(|v| v.split([',', ';'])).map(str::trim) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "idtype" if value.eq_ignore_ascii_case("immutableid") => {
                    prefer.ids = IdKind::Immutable;
                    prefer.applied.push("IdType=ImmutableId".to_owned());
                }
                "odata.maxpagesize" => {
                    prefer.page_size = value.parse().ok();
                    prefer.applied.push(format!("odata.maxpagesize={value}"));
                }
                "outlook.body-content-type" => {
                    prefer.text_body = value.eq_ignore_ascii_case("text");
                    prefer.applied.push(format!("outlook.body-content-type=\"{value}\""));
                }
                _ => {}
            }
        }
        prefer
    }
}
