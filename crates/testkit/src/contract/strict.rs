//! OpenAPI's schemas made strict: the published ones forbid next to nothing.

use serde_json::{Map, Value, json};

/// Where the contract's named schemas lie.
pub(super) const SCHEMAS: &str = "#/components/schemas/";
/// Types whose values may be of a derived type, named by `@odata.type`.
const BASES: &[&str] = &[
    "microsoft.graph.attachment",
    "microsoft.graph.message",
    "microsoft.graph.mailFolder",
    "microsoft.graph.outlookItem",
];
/// The published schema does not allow null here, the service answers it all the same.
const NULL_AFTER_ALL: &[&str] = &["from", "sender"];

/// A schema of OpenAPI 3.0 as JSON Schema 2020-12, closed against unknown properties unless `open` (a base type must stay
/// open: its heirs add to it) or the contract itself says that it names only some of them.
pub(super) fn strict(schema: &Value, components: &Map<String, Value>, open: bool) -> Value {
    let Some(given) = schema.as_object() else { return schema.clone() };
    if let Some(name) = given.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix(SCHEMAS)) {
        return if open { reference(name) } else { usage(name, components) };
    }
    let mut made = Map::new();
    for (key, value) in given {
        match key.as_str() {
            "properties" => {
                let properties = value.as_object().into_iter().flatten().map(|(name, schema)| {
                    let inner = strict(schema, components, false);
                    let null = NULL_AFTER_ALL.contains(&name.as_str());
                    (name.clone(), if null { json!({ "anyOf": [inner, { "type": "null" }] }) } else { inner })
                });
                made.insert(key.clone(), Value::Object(properties.collect()));
            }
            "items" => {
                made.insert(key.clone(), strict(value, components, false));
            }
            "allOf" => {
                let parts = value.as_array().into_iter().flatten().map(|part| strict(part, components, true));
                made.insert(key.clone(), parts.collect());
            }
            "anyOf" => {
                // `{type: object, nullable: true}` beside a type is how the generator says "or null".
                let parts = value.as_array().into_iter().flatten().map(|part| {
                    let null =
                        part["nullable"] == true && part["type"] == "object" && part["properties"].is_null();
                    if null { json!({ "type": "null" }) } else { strict(part, components, false) }
                });
                made.insert(key.clone(), parts.collect());
            }
            "additionalProperties" if value.is_object() => {
                made.insert(key.clone(), strict(value, components, false));
            }
            "type" if given.get("nullable") == Some(&Value::Bool(true)) => {
                made.insert(key.clone(), json!([value, "null"]));
            }
            "enum" | "type" | "pattern" | "required" | "maxItems" | "minimum" | "maximum" => {
                made.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
    if !open
        && made.contains_key("properties")
        && !made.contains_key("additionalProperties")
        && !given.contains_key("x-reduced")
    {
        close(&mut made);
    }
    Value::Object(made)
}

fn close(schema: &mut Map<String, Value>) {
    schema.insert("patternProperties".to_owned(), json!({ "@": {} }));
    schema.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// A type where a value of it stands: closed, and by `@odata.type` one of its heirs.
fn usage(name: &str, components: &Map<String, Value>) -> Value {
    let mut whole = closed(name, components);
    if BASES.contains(&name) {
        for heir in components.keys().filter(|heir| is_heir(heir, name, components)) {
            let named = json!({ "properties": { "@odata.type": { "const": format!("#{heir}") } }, "required": ["@odata.type"] });
            whole = json!({ "if": named, "then": closed(heir, components), "else": whole });
        }
    }
    whole
}

fn closed(name: &str, components: &Map<String, Value>) -> Value {
    let mut schema = reference(name);
    if let (true, Some(object)) = (is_whole(name, components), schema.as_object_mut()) {
        close(object);
    }
    schema
}

fn base_of<'a>(name: &str, components: &'a Map<String, Value>) -> Option<&'a str> {
    components.get(name)?.pointer("/allOf/0/$ref")?.as_str()?.strip_prefix(SCHEMAS)
}

fn is_heir(name: &str, base: &str, components: &Map<String, Value>) -> bool {
    base_of(name, components).is_some_and(|parent| parent == base || is_heir(parent, base, components))
}

/// Whether the contract names all properties of a type.
fn is_whole(name: &str, components: &Map<String, Value>) -> bool {
    let Some(schema) = components.get(name) else { return false };
    let own = schema["properties"].is_object() || schema["allOf"].is_array();
    own && !schema.to_string().contains("\"x-reduced\"")
        && base_of(name, components).is_none_or(|base| is_whole(base, components))
}
