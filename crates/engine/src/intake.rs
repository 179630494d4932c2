//! From raw bytes to outcome: the one way in.
