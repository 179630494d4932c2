//! The desk's rules, one test a rule.

mod decide;
mod placeholder;
mod reply;
mod standard;
mod world;
