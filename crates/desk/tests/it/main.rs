//! The desk's rules, one test a rule.

mod decide;
mod loops;
mod placeholder;
mod reply;
mod standard;
mod world;
