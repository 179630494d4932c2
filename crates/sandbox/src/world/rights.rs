//! Rights on other people's mailboxes, as an Exchange administrator gives them.

use serde::{Deserialize, Serialize};

use super::World;

/// What one person may do with another mailbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Rights {
    /// Open it and change what lies in it.
    pub full_access: bool,
    /// Send as if it were one's own address.
    pub send_as: bool,
    /// Send "on behalf of": the person shows as `sender`.
    pub send_on_behalf: bool,
}

impl Rights {
    /// No right at all.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// May send from the mailbox's address, in either way.
    pub fn may_send(self) -> bool {
        self.send_as || self.send_on_behalf
    }
}

impl World {
    /// What `person` may do with the mailbox of `owner` (object ids); their own: everything.
    pub fn rights_on(&self, owner: &str, person: &str) -> Rights {
        if owner == person {
            return Rights { full_access: true, send_as: true, send_on_behalf: false };
        }
        self.rights.get(owner).and_then(|held| held.get(person)).copied().unwrap_or_default()
    }

    /// Gives exactly these rights; none takes the entry away.
    pub fn set_rights(&mut self, owner: &str, person: &str, rights: Rights) {
        let held = self.rights.entry(owner.to_owned()).or_default();
        if rights.is_none() {
            held.remove(person);
        } else {
            held.insert(person.to_owned(), rights);
        }
    }
}
