//! The desk's rules, one test a rule.

mod admission;
mod decide;
mod placeholder;
mod reply;
mod standard;
mod world;
