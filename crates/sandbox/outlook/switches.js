// The fault switches and the clock.

import { byId, call, make, t, toast, when } from "/outlook/shared.js";

/** Common faults; docs/sandbox.md has them all. */
const PRESETS = [
  ["fault_throttle", { kind: "throttle", operation: "any", retryAfter: 10 }],
  ["fault_busy", { kind: "server_error", operation: "any", status: 503, effect: "before" }],
  ["fault_send_lost", { kind: "server_error", operation: "send", status: 504, effect: "after" }],
  ["fault_cut", { kind: "cut", operation: "any", effect: "after" }],
  ["fault_slow", { kind: "slow", operation: "any", millis: 5000 }],
  ["fault_unauthorized", { kind: "unauthorized", operation: "any" }],
  ["fault_denied", { kind: "access_denied", operation: "any" }],
  ["fault_revoked", { kind: "token_error", operation: "token", error: "invalid_grant", description: "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed." }],
  ["fault_secret", { kind: "token_error", operation: "token", error: "invalid_client", description: "AADSTS7000222: The provided client secret keys for app are expired." }],
  ["fault_resync", { kind: "resync", operation: "delta" }],
  ["fault_repeat", { kind: "repeat_delta", operation: "delta" }],
  ["fault_lost_page", { kind: "missing_next_link", operation: "list" }],
  ["fault_gone", { kind: "mailbox_gone", operation: "any" }],
];

let shown = "";

async function set(fault) {
  const mailbox = byId("fault-mailbox").value;
  const times = byId("fault-times").value;
  const whole = { ...fault };
  if (mailbox && !whole.mailbox) whole.mailbox = mailbox;
  if (times) whole.times = Number(times);
  try {
    await call("faults", { body: whole });
    await refreshSwitches();
  } catch (error) {
    toast(error.message);
  }
}

/** Makes the MIME of one mail unreadable for ever. */
export async function poison(mailbox, item) {
  try {
    await call("faults", { body: { kind: "poison", operation: "mime", mailbox, item } });
    toast(t("poisoned"));
    await refreshSwitches();
  } catch (error) {
    toast(error.message);
  }
}

export function offerMailboxes(mailboxes) {
  const kept = byId("fault-mailbox").value;
  byId("fault-mailbox").replaceChildren(make("option", { value: "" }, t("all_mailboxes")), ...mailboxes.map((one) => make("option", { value: one.address }, one.address)));
  byId("fault-mailbox").value = kept;
}

export function drawPresets() {
  byId("presets").replaceChildren(...PRESETS.map(([key, fault]) => make("button", { type: "button", "data-kind": fault.kind, onclick: () => set(fault) }, t(key))));
  shown = "";
}

function describe(fault) {
  const facts = Object.entries(fault).filter(([key, value]) => !["id", "kind"].includes(key) && value !== null && value !== undefined && value !== "");
  return `${fault.kind} (${facts.map(([key, value]) => `${key}: ${value}`).join(", ")})`;
}

export async function refreshSwitches() {
  const answer = await call("faults");
  const faults = Array.isArray(answer) ? answer : answer.faults ?? [];
  byId("fault-count").hidden = faults.length === 0;
  byId("fault-count").textContent = faults.length;
  if (!byId("switches").open) return;
  byId("now").textContent = when((await call("clock")).now, true);
  const now = JSON.stringify(faults);
  if (now === shown) return;
  shown = now;
  byId("active-faults").replaceChildren(...(faults.length === 0
    ? [make("li", {}, t("no_faults"))]
    : faults.map((fault) => make("li", {}, make("button", { type: "button", onclick: async () => { await call(`faults/${fault.id}`, { method: "DELETE" }); await refreshSwitches(); } }, t("clear")), describe(fault)))));
}

export function startSwitches() {
  byId("open-switches").addEventListener("click", () => { shown = ""; byId("switches").showModal(); refreshSwitches(); });
  byId("close-switches").addEventListener("click", () => byId("switches").close());
  byId("clear-faults").addEventListener("click", async () => { await call("faults", { method: "DELETE" }); await refreshSwitches(); });
  for (const button of byId("clock-buttons").querySelectorAll("[data-advance]")) {
    button.addEventListener("click", async () => {
      await call("clock", { body: { advanceSeconds: Number(button.dataset.advance) } });
      await refreshSwitches();
    });
  }
}
