//! The language files, and which language a reader gets.

use std::sync::LazyLock;

use desk::Language;
use i18n_embed::LanguageLoader;
use i18n_embed::fluent::FluentLanguageLoader;
use i18n_embed::unic_langid::LanguageIdentifier;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../locales/"]
struct Locales;

/// The texts in one language. Keys are checked at compile time by `fl!` against English; a test holds the other files to
/// the same keys.
pub(crate) type Texts = &'static FluentLanguageLoader;

static ENGLISH: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load(Language::En));
static JAPANESE: LazyLock<FluentLanguageLoader> = LazyLock::new(|| load(Language::Ja));

/// The texts in `language`.
pub(crate) fn texts(language: Language) -> Texts {
    match language {
        Language::En => &ENGLISH,
        Language::Ja => &JAPANESE,
    }
}

fn load(language: Language) -> FluentLanguageLoader {
    let loader = FluentLanguageLoader::new("web", named(Language::En));
    if let Err(error) = loader.load_languages(&Locales, &[named(language)]) {
        tracing::error!(%error, language = language.as_str(), "language file cannot be read");
    }
    // The marks around inserted values are for mixed writing directions; in the page they would be found by searches and copied.
    loader.set_use_isolating(false);
    loader
}

fn named(language: Language) -> LanguageIdentifier {
    language.as_str().parse().unwrap_or_default()
}

/// The best of our languages for an `Accept-Language` header; English when there is none of them in it.
pub(crate) fn accepted(header: &str) -> Language {
    let mut wanted: Vec<(f32, usize, &str)> = header
        .split(',')
        .enumerate()
        .filter_map(|(position, part)| {
            let mut fields = part.split(';').map(str::trim);
            let tag = fields.next()?;
            let weight = fields
                .find_map(|field| field.strip_prefix("q="))
                .map_or(Some(1.0), |weight| weight.parse().ok())?;
            (weight > 0.0).then_some((weight, position, tag))
        })
        .collect();
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    wanted.iter().find_map(|(_, _, tag)| Language::parse(tag)).unwrap_or(Language::En)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_gets_the_language_it_likes_best_of_those_we_have() {
        let cases = [
            ("", Language::En),
            ("ja", Language::Ja),
            ("ja-JP,ja;q=0.9,en-US;q=0.8", Language::Ja),
            ("en-GB,ja;q=0.9", Language::En),
            ("fr,ja;q=0.4,en;q=0.3", Language::Ja),
            ("de, en;q=0.2, ja;q=0", Language::En),
            ("ja;q=nonsense, en", Language::En),
            ("*", Language::En),
        ];
        for (header, language) in cases {
            assert_eq!(accepted(header), language, "{header}");
        }
    }
}
