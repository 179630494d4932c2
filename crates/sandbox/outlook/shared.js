// What all parts of the page share: the control API, the texts, a maker of elements.

let texts = {};
let language = "en";

export async function chooseLanguage(wanted) {
  language = wanted;
  texts = await (await fetch(`/outlook/${language}.json`)).json();
  document.documentElement.lang = language;
  document.title = t("title");
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
}

export function startLanguage() {
  const kept = localStorage.getItem("outlook-language");
  return kept || (navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en");
}

/** The text of a key in the chosen language, with `{name}` filled in. */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function when(time, long = false) {
  const date = new Date(time);
  const form = long ? { dateStyle: "full", timeStyle: "medium" } : { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
  return Number.isNaN(date.getTime()) ? "" : new Intl.DateTimeFormat(language, form).format(date);
}

/** Calls the control API; an answer that is no success throws its text. */
export async function call(path, options = {}) {
  const answer = await fetch(`/_sandbox/${path}`, {
    method: options.method ?? (options.body === undefined ? "GET" : "POST"),
    headers: options.body === undefined ? {} : { "content-type": "application/json" },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : null;
}

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A paper clip. */
export function clip() {
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("class", "clip");
  icon.setAttribute("role", "img");
  icon.setAttribute("aria-label", t("has_files"));
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M20 11.5 12.2 19a5 5 0 0 1-7-7l8.3-8.2a3.3 3.3 0 0 1 4.7 4.7l-8.3 8.2a1.6 1.6 0 0 1-2.3-2.3l7.1-7");
  icon.append(path);
  return icon;
}

export const byId = (id) => document.getElementById(id);

export function toast(text) {
  const element = byId("toast");
  element.textContent = text;
  element.hidden = false;
  setTimeout(() => { element.hidden = true; }, 2500);
}

/** `Name <address>` of a person as the control API gives it: an object, or already a text. */
export function party(person) {
  if (!person) return "";
  if (typeof person === "string") return person;
  return person.name && person.name !== person.address ? `${person.name} <${person.address}>` : person.address ?? "";
}

export const parties = (people) => (Array.isArray(people) ? people : people ? [people] : []).map(party).join(", ");
