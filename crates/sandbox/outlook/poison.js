// How many faults are set, and the one that belongs to a single mail.

import { byId, call, t, toast } from "/outlook/shared.js";

/** Shows on the way to the switches how many faults are set. */
export async function countFaults() {
  const faults = await call("faults");
  byId("fault-count").hidden = faults.length === 0;
  byId("fault-count").textContent = faults.length;
}

/** Makes the MIME of one mail unreadable for ever. */
export async function poison(mailbox, item) {
  try {
    await call("faults", { body: { kind: "poison", operation: "mime", mailbox, item } });
    toast(t("poisoned"));
    await countFaults();
  } catch (error) {
    toast(error.message);
  }
}
