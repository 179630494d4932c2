//! The desk's rules, one test a rule.

mod admission;
mod behalf;
mod decide;
mod loops;
mod placeholder;
mod reply;
mod standard;
mod template;
mod world;
