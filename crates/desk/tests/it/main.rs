//! The desk's rules, one test a rule.

mod behalf;
mod decide;
mod loops;
mod place;
mod placeholder;
mod reply;
mod sameness;
mod standard;
mod template;
mod world;
