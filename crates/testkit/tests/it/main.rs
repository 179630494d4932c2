//! Checks over the whole project that belong to no single room.

mod company;
mod floors;
mod licences;
mod promises;
mod verbs;
