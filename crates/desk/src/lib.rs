//! The help desk itself: its nouns and its rules, without clock, database or network.
//!
//! [`decide::decide`] says what becomes of a letter; [`trigger`] says what a ticket's change sets off. What they need
//! comes in as values, what they want goes out as values; so the same code serves live mail, the import, a preview
//! and the tests.

pub mod admission;
pub mod behalf;
mod condition;
pub mod decide;
pub mod flood;
pub mod id;
pub mod person;
pub mod placeholder;
pub mod recover;
mod reply;
mod standard;
pub mod template;
pub mod ticket;
pub mod trigger;

pub use decide::{Context, Decision, Outcome, decide};
pub use id::*;
pub use person::{Language, Person, Role};
pub use ticket::{Comment, Priority, Status, Ticket};
