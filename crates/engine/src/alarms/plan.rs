//! What follows from what is wrong now and what is known already. Pure.

use std::collections::HashMap;

use store::{Alarm, Trouble};

use super::found::Found;

/// What is to be written.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    pub(super) raise: Vec<Found>,
    pub(super) update: Vec<(desk::AlarmId, Trouble)>,
    pub(super) clear: Vec<Alarm>,
}

impl Plan {
    pub(super) fn is_empty(&self) -> bool {
        self.raise.is_empty() && self.update.is_empty() && self.clear.is_empty()
    }
}

/// One alarm about one thing: what is open stays open and learns what is new, what is not found any more has healed.
pub(super) fn plan(open: &[Alarm], found: Vec<Found>) -> Plan {
    let mut plan = Plan::default();
    let mut known: HashMap<&str, &Alarm> = open.iter().map(|alarm| (alarm.key.as_str(), alarm)).collect();
    for one in found {
        match known.remove(one.key.as_str()) {
            None => plan.raise.push(one),
            Some(alarm) if alarm.trouble != one.trouble => plan.update.push((alarm.id, one.trouble)),
            Some(_) => {}
        }
    }
    plan.clear = open.iter().filter(|alarm| known.contains_key(alarm.key.as_str())).cloned().collect();
    plan
}

#[cfg(test)]
mod tests {
    use desk::AlarmId;
    use jiff::Timestamp;

    use super::*;

    fn disk(free: u64) -> Trouble {
        Trouble::DiskFull { free, total: 100 }
    }

    fn found(key: &str, free: u64) -> Found {
        Found { key: key.to_owned(), connection: None, trouble: disk(free) }
    }

    fn open(id: i64, key: &str, free: u64) -> Alarm {
        Alarm {
            id: AlarmId(id),
            key: key.to_owned(),
            connection: None,
            trouble: disk(free),
            raised_at: Timestamp::UNIX_EPOCH,
            told_at: None,
            cleared_at: None,
        }
    }

    #[test]
    fn what_is_new_is_raised_what_is_known_is_kept_and_what_is_over_is_cleared() {
        let plan = plan(
            &[open(1, "same", 5), open(2, "worse", 5), open(3, "over", 5)],
            vec![found("same", 5), found("worse", 4), found("new", 3)],
        );
        assert_eq!(plan.raise, [found("new", 3)]);
        assert_eq!(plan.update, [(AlarmId(2), disk(4))]);
        assert_eq!(plan.clear, [open(3, "over", 5)]);
    }

    #[test]
    fn where_nothing_changed_nothing_is_written() {
        assert!(plan(&[open(1, "same", 5)], vec![found("same", 5)]).is_empty());
        assert!(plan(&[], vec![]).is_empty());
    }
}
