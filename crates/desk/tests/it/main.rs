//! The desk's rules, one test a rule.

mod admission;
mod behalf;
mod decide;
mod loops;
mod place;
mod placeholder;
mod powers;
mod read_back;
mod reply;
mod sameness;
mod standard;
mod template;
mod world;
