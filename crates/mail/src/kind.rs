//! Which kind of mail is this, and by what signs.
