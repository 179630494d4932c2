//! Holds a request log of the sandbox against Microsoft's published contract (OpenAPI): paths, methods, query options,
//! bodies sent and answered. The contract lies outside the project; the environment variable `GRAPH_CONTRACT` names its folder.
//!
//! The published schemas forbid next to nothing (`additionalProperties: true` all over), so they are made strict here: a
//! property the contract does not know is a mismatch, OData annotations (`@odata.etag`) excepted.

mod strict;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use strict::{SCHEMAS, strict};

const FILE: &str = "openapi/msgraph-mail-v1.0.openapi.json";
/// Options in the links Microsoft hands out.
const LINK_OPTIONS: &[&str] = &["$skiptoken", "$deltatoken", "$skip"];

/// The folder of the contract, or `None` (and a line saying so) when `GRAPH_CONTRACT` is not set.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("GRAPH_CONTRACT").filter(|value| !value.is_empty()).map(PathBuf::from);
    if folder.is_none() {
        #[expect(clippy::print_stdout, reason = "a skipped check must be seen in the output of the tests")]
        {
            println!("skipped: GRAPH_CONTRACT is not set");
        }
    }
    folder
}

/// Every mismatch between the entries of `/_sandbox/log?bodies=true` and the contract, one sentence each.
///
/// Entries that are not about Graph (Entra, the control API, the raw upload address) are passed over. Requests the sandbox
/// refused need only an error of the right shape; what it accepted must be allowed by the contract.
pub fn check_log(contract: &Path, entries: &[Value]) -> Vec<String> {
    let mut contract = match Contract::load(contract) {
        Ok(contract) => contract,
        Err(error) => return vec![error],
    };
    entries.iter().flat_map(|entry| contract.check(entry)).collect()
}

struct Contract {
    paths: Vec<(Vec<String>, Value)>,
    source: Value,
    definitions: Value,
    validators: HashMap<String, Validator>,
}

impl Contract {
    fn load(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let source: Value =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let empty = Map::new();
        let components = source["components"]["schemas"].as_object().unwrap_or(&empty);
        let definitions = components
            .iter()
            .map(|(name, schema)| (name.clone(), strict(schema, components, true)))
            .collect();
        let paths = source["paths"].as_object().unwrap_or(&empty);
        let paths = paths.iter().map(|(path, item)| (segments(path), item.clone())).collect();
        Ok(Self { paths, definitions: Value::Object(definitions), source, validators: HashMap::new() })
    }

    fn check(&mut self, entry: &Value) -> Vec<String> {
        let path = entry["path"].as_str().unwrap_or_default();
        let path = match path.strip_prefix("/v1.0") {
            Some(path) => path,
            None if entry["batch"].is_number() && path.starts_with('/') => path,
            None => return Vec::new(),
        };
        let (path, query) =
            path.split_once('?').unwrap_or((path, entry["query"].as_str().unwrap_or_default()));
        let method = entry["method"].as_str().unwrap_or_default().to_ascii_lowercase();
        let status = entry["status"].as_u64().unwrap_or(0);
        let name = format!("{} {path} -> {status} (log row {})", method.to_uppercase(), entry["seq"]);
        let mut found = Vec::new();
        let mut report = |what: String| found.push(format!("{name}: {what}"));

        if status == 0 {
            return Vec::new();
        }
        if status >= 400 {
            let body = &entry["responseBody"];
            if status < 500 || json_of(body).is_some() {
                let schema = json!({ "$ref": format!("{SCHEMAS}microsoft.graph.ODataErrors.ODataError") });
                for mismatch in self.validate(&schema, &json_of(body).unwrap_or(Value::Null)) {
                    report(format!("the error has another shape: {mismatch}"));
                }
            }
            return found;
        }
        let Some(item) = self.find(path) else {
            report("the contract has no such path, yet it was answered".to_owned());
            return found;
        };
        let operation = item[&method].clone();
        if operation.is_null() {
            report("the contract has no such method here, yet it was answered".to_owned());
            return found;
        }
        for option in self.unknown_options(&operation, query) {
            report(format!("the query option {option} is not in the contract, yet it was accepted"));
        }
        if let Some(body) = json_of(&entry["requestBody"]) {
            match operation.pointer("/requestBody/content/application~1json/schema") {
                Some(schema) => {
                    let body = as_published(body, schema);
                    for mismatch in self.validate(schema, &body) {
                        report(format!("the request's body was accepted against the contract: {mismatch}"));
                    }
                }
                None => report("a body was accepted where the contract knows none".to_owned()),
            }
        }
        if let Some(answer) = self.answer_of(&operation, status) {
            for mismatch in self.check_answer(&answer, &entry["responseBody"]) {
                report(mismatch);
            }
        } else {
            report("the contract has no such status".to_owned());
        }
        found
    }

    fn check_answer(&mut self, answer: &Value, body: &Value) -> Vec<String> {
        let content = &answer["content"];
        let Some(schema) = content.pointer("/application~1json/schema") else {
            let empty = body.is_null() || body.as_str().is_some_and(str::is_empty);
            if content.is_null() && !empty {
                return vec!["the answer has a body where the contract knows none".to_owned()];
            }
            return Vec::new();
        };
        let Some(body) = json_of(body) else {
            return vec!["the answer is not JSON".to_owned()];
        };
        let mut found: Vec<String> = self
            .validate(schema, &body)
            .into_iter()
            .map(|mismatch| format!("the answer: {mismatch}"))
            .collect();
        for (i, item) in body["value"].as_array().into_iter().flatten().enumerate() {
            if item["id"].as_str().is_none_or(str::is_empty) && !item["sourceId"].is_string() {
                found.push(format!("the answer: /value/{i} has no id"));
            }
        }
        found
    }

    /// The path's entry; a literal segment beats a `{placeholder}`.
    fn find(&self, path: &str) -> Option<Value> {
        let asked = segments(path);
        let fits = |template: &[String]| {
            template.len() == asked.len()
                && template
                    .iter()
                    .zip(&asked)
                    .all(|(t, a)| (t.starts_with('{') && !a.is_empty()) || t.eq_ignore_ascii_case(a))
        };
        let literals =
            |template: &[String]| template.iter().filter(|segment| !segment.starts_with('{')).count();
        self.paths
            .iter()
            .filter(|(t, _)| fits(t))
            .max_by_key(|(t, _)| literals(t))
            .map(|(_, item)| item.clone())
    }

    fn unknown_options(&self, operation: &Value, query: &str) -> Vec<String> {
        let known: Vec<String> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|parameter| self.resolve(parameter)["name"].as_str().map(str::to_owned))
            .collect();
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split('=').next().unwrap_or(pair).replace("%24", "$").replace("%2B", "+"))
            .filter(|name| {
                // OData 4.01 takes system options without the dollar sign too.
                let with = format!("${}", name.trim_start_matches('$'));
                !LINK_OPTIONS.contains(&name.as_str()) && !known.contains(name) && !known.contains(&with)
            })
            .collect()
    }

    fn answer_of(&self, operation: &Value, status: u64) -> Option<Value> {
        let answers = &operation["responses"];
        let class = format!("{}XX", status / 100);
        let answer = [status.to_string(), class].iter().find_map(|key| answers.get(key))?;
        Some(self.resolve(answer))
    }

    fn resolve(&self, value: &Value) -> Value {
        let target = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        target.and_then(|pointer| self.source.pointer(pointer)).unwrap_or(value).clone()
    }

    fn validate(&mut self, schema: &Value, body: &Value) -> Vec<String> {
        let key = schema.to_string();
        if !self.validators.contains_key(&key) {
            let empty = Map::new();
            let components = self.source["components"]["schemas"].as_object().unwrap_or(&empty);
            let whole = json!({ "allOf": [strict(schema, components, false)], "$defs": self.definitions });
            match jsonschema::options().with_draft(Draft::Draft202012).build(&whole) {
                Ok(validator) => {
                    self.validators.insert(key.clone(), validator);
                }
                Err(error) => return vec![format!("the contract's schema cannot be used: {error}")],
            }
        }
        let Some(validator) = self.validators.get(&key) else { return Vec::new() };
        validator
            .iter_errors(body)
            .map(|error| {
                format!("{} at {:?}", shortened(&error.to_string()), error.instance_path().to_string())
            })
            .collect()
    }
}

/// A path's segments in the contract's spelling: `mailFolders('inbox')` is `mailFolders/inbox`, `microsoft.graph.send` is
/// `send`, `delta` is `delta()`.
fn segments(path: &str) -> Vec<String> {
    let mut segments = Vec::new();
    for segment in path.trim_matches('/').split('/') {
        let segment = segment.replace("%27", "'").replace("%28", "(").replace("%29", ")").replace("%24", "$");
        let segment = segment.strip_prefix("microsoft.graph.").unwrap_or(&segment);
        match segment.split_once("('") {
            Some((name, key)) => {
                segments.push(name.to_owned());
                segments.push(key.trim_end_matches("')").to_owned());
            }
            None if segment.eq_ignore_ascii_case("delta") => segments.push("delta()".to_owned()),
            None => segments.push(segment.to_owned()),
        }
    }
    segments
}

/// The contract names action parameters in PascalCase, the documentation in camelCase, and the documentation writes `HTML`
/// where the contract says `html`; the service takes either.
fn as_published(mut body: Value, schema: &Value) -> Value {
    lower_body_type(&mut body);
    if let (Some(given), Some(published)) = (body.as_object_mut(), schema["properties"].as_object()) {
        for name in published.keys() {
            let found = given.keys().find(|key| key.eq_ignore_ascii_case(name) && *key != name).cloned();
            if let Some(value) = found.and_then(|key| given.remove(&key)) {
                given.insert(name.clone(), value);
            }
        }
    }
    body
}

fn lower_body_type(value: &mut Value) {
    let Some(object) = value.as_object_mut() else { return };
    for (name, inner) in object {
        if name == "body"
            && let Some(kind) = inner.get_mut("contentType")
        {
            *kind = json!(kind.as_str().unwrap_or_default().to_ascii_lowercase());
        } else {
            lower_body_type(inner);
        }
    }
}

/// A logged body as JSON: logged as such, or as text that is JSON.
fn json_of(body: &Value) -> Option<Value> {
    match body {
        Value::Null => None,
        Value::String(text) => {
            serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
        }
        other => Some(other.clone()),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 300 {
        return text.to_owned();
    }
    let (head, tail): (String, Vec<char>) = (text.chars().take(120).collect(), text.chars().collect());
    format!("{head} … {}", tail[tail.len() - 160..].iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
    fn entry(method: &str, path: &str, query: &str, status: u64, sent: Value, answered: Value) -> Value {
        json!({ "seq": 1, "method": method, "path": path, "query": query, "status": status, "requestBody": sent, "responseBody": answered })
    }

    #[test]
    fn what_breaks_the_contract_is_told_and_what_keeps_it_is_not() {
        let Some(folder) = folder() else { return };
        let null = Value::Null;
        let message = json!({ "@odata.context": "c", "@odata.etag": "e", "id": "A", "subject": null, "from": null, "isRead": true, "importance": "normal", "receivedDateTime": "2026-11-20T03:04:05Z" });
        let with = |name: &str, value: Value| {
            let mut changed = message.clone();
            changed[name] = value;
            changed
        };
        let error = json!({ "error": { "code": "ErrorItemNotFound", "message": "m", "innerError": { "request-id": "r" } } });
        let get = |path: &str, query: &str, status, answer: &Value| {
            entry("GET", path, query, status, null.clone(), answer.clone())
        };
        let file = json!({ "value": [{ "@odata.type": "#microsoft.graph.fileAttachment", "id": "B", "name": "a", "contentBytes": "eA==", "size": 1, "isInline": false }] });
        for (expected, entry) in [
            (true, get("/v1.0/me/messages/A", "%24select=subject", 200, &message)),
            (
                true,
                get(
                    "/v1.0/me/mailFolders('Inbox')/messages/delta",
                    "$deltatoken=x",
                    200,
                    &json!({ "value": [message.clone(), { "id": "X", "@removed": { "reason": "deleted" } }], "@odata.deltaLink": "l" }),
                ),
            ),
            (true, get("/v1.0/me/messages/A", "", 404, &error)),
            (true, get("/v1.0/nonsense", "", 400, &error)),
            (true, get("/v1.0/me/messages/A/attachments", "", 200, &file)),
            (
                true,
                entry(
                    "POST",
                    "/v1.0/me/sendMail",
                    "",
                    202,
                    json!({ "message": { "subject": "s" }, "saveToSentItems": true }),
                    null.clone(),
                ),
            ),
            (
                true,
                entry(
                    "POST",
                    "/v1.0/me/messages/A/microsoft.graph.send",
                    "",
                    202,
                    null.clone(),
                    null.clone(),
                ),
            ),
            (true, get("/common/oauth2/v2.0/authorize", "", 200, &null)),
            (false, get("/v1.0/me/messages/A", "$nonsense=1", 200, &message)),
            (false, get("/v1.0/me/messages/A", "", 200, &with("isread", json!(true)))),
            (false, get("/v1.0/me/messages/A", "", 200, &with("isRead", json!("true")))),
            (false, get("/v1.0/me/messages/A", "", 200, &with("importance", json!("Normal")))),
            (false, get("/v1.0/me/messages/A", "", 200, &with("receivedDateTime", json!("yesterday")))),
            (
                false,
                get(
                    "/v1.0/me/messages/A",
                    "",
                    200,
                    &with("body", json!({ "contentType": "html", "text": "x" })),
                ),
            ),
            (false, get("/v1.0/me/messages", "", 200, &json!({ "value": [{ "subject": "no id" }] }))),
            (false, get("/v1.0/me/messages/A", "", 404, &json!({ "error": "not_found" }))),
            (false, get("/v1.0/me/nonsense", "", 200, &message)),
            (false, entry("DELETE", "/v1.0/me/sendMail", "", 204, null.clone(), null.clone())),
            (
                false,
                entry(
                    "POST",
                    "/v1.0/me/sendMail",
                    "",
                    202,
                    json!({ "message": { "nonsense": "s" } }),
                    null.clone(),
                ),
            ),
            (false, entry("POST", "/v1.0/me/messages/A/send", "", 202, null.clone(), json!({ "ok": true }))),
            (
                false,
                entry(
                    "PATCH",
                    "/v1.0/me/messages/A",
                    "",
                    200,
                    json!({ "categories": "Red" }),
                    message.clone(),
                ),
            ),
        ] {
            let found = check_log(&folder, std::slice::from_ref(&entry));
            assert_eq!(found.is_empty(), expected, "{entry}\n{found:?}");
        }
    }
}
