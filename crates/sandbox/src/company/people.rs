//! Who works at the company and who writes to it. All domains end in `.example`: no mail can reach a stranger.

use super::SeedPerson;

/// The company's domain.
pub(super) const DOMAIN: &str = "hanamizuki.example";
/// The company's name.
pub(super) const COMPANY: &str = "Hanamizuki Trading";
/// Customers' mailbox, English and Japanese.
pub(super) const SUPPORT: Party = Party { name: "Hanamizuki Support", address: "support@hanamizuki.example" };
/// Customers' mailbox, Japanese.
pub(super) const OTOIAWASE: Party =
    Party { name: "お問い合わせ窓口", address: "otoiawase@hanamizuki.example" };
/// Trade customers' mailbox.
pub(super) const SALES: Party = Party { name: "Hanamizuki Sales", address: "sales@hanamizuki.example" };
/// A colleague.
pub(super) const AYA: Party = Party { name: "清水 彩", address: "aya.shimizu@hanamizuki.example" };
/// A colleague whose UPN is not his address.
pub(super) const DANIEL: Party = Party { name: "Daniel Brooks", address: "daniel.brooks@hanamizuki.example" };

/// A name and an address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Party {
    /// Display name; may be empty.
    pub(super) name: &'static str,
    /// Address.
    pub(super) address: &'static str,
}

/// The program a person writes with; each quotes and names its parts in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// Outlook or Outlook on the web.
    Outlook,
    /// Gmail.
    Gmail,
    /// Apple Mail.
    Apple,
    /// An older Japanese mail program: plain text in ISO-2022-JP.
    Becky,
}

/// An outside customer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Customer {
    /// Who.
    pub(super) party: Party,
    /// Firm, or empty.
    pub(super) firm: &'static str,
    /// Line under the name: department, telephone, town.
    pub(super) line: &'static str,
    /// Hours east of UTC.
    pub(super) zone: i8,
    /// What they write with.
    pub(super) program: Program,
}

const fn customer(
    name: &'static str,
    address: &'static str,
    firm: &'static str,
    line: &'static str,
    zone: i8,
    program: Program,
) -> Customer {
    Customer { party: Party { name, address }, firm, line, zone, program }
}

use Program::{Apple, Becky, Gmail, Outlook};

/// Customers who write English.
pub(super) const ENGLISH: &[Customer] = &[
    customer(
        "Emily Carter",
        "emily.carter@fernhill-books.example",
        "Fernhill Books",
        "Buyer | +1 503 555 0142",
        -8,
        Outlook,
    ),
    customer(
        "Marcus Webb",
        "marcus.webb@webbandsons.example",
        "Webb & Sons Kitchenware",
        "Owner | Leeds",
        0,
        Outlook,
    ),
    customer("Priya Raman", "priya.raman@inbox.example", "", "", 8, Gmail),
    customer("Tom O'Connell", "tom.oconnell@inbox.example", "", "Cork, Ireland", 0, Apple),
    customer(
        "Sophie Lindqvist",
        "sophie@lindqvist-design.example",
        "Lindqvist Design AB",
        "Stockholm | +46 8 555 012 30",
        1,
        Apple,
    ),
    customer(
        "Daniela Rossi",
        "daniela.rossi@trattoria-rossi.example",
        "Trattoria Rossi",
        "Bologna",
        1,
        Gmail,
    ),
    customer(
        "James Whitfield",
        "j.whitfield@northgate-hotel.example",
        "Northgate Hotel",
        "Food & Beverage Manager",
        0,
        Outlook,
    ),
    customer(
        "Hannah Schulz",
        "hannah.schulz@teehaus-schulz.example",
        "Teehaus Schulz",
        "Hamburg",
        1,
        Outlook,
    ),
    customer("Kevin Nguyen", "kevin.nguyen@inbox.example", "", "Sent from my iPhone", -8, Apple),
    customer("Olivia Martin", "olivia@papetier.example", "Le Papetier", "Montréal | 514 555 0188", -5, Gmail),
    customer("Robert Hale", "bob.hale@homemail.example", "", "", -5, Outlook),
    customer(
        "Aisha Rahman",
        "aisha.rahman@cornerstone-gifts.example",
        "Cornerstone Gifts",
        "Purchasing, Manchester",
        0,
        Outlook,
    ),
    customer("Lucas Meyer", "lucas.meyer@inbox.example", "", "", 1, Gmail),
    customer(
        "Grace Kim",
        "grace.kim@mornington-tea.example",
        "Mornington Tea Rooms",
        "Melbourne | 03 5550 1177",
        11,
        Apple,
    ),
    customer("Peter Novak", "peter.novak@kuchyne-novak.example", "Kuchyně Novák s.r.o.", "Brno", 1, Outlook),
    customer("Linda Park", "linda.park@homemail.example", "", "", -6, Gmail),
    customer(
        "Ahmed Farouk",
        "a.farouk@nile-traders.example",
        "Nile Traders LLC",
        "Imports | Cairo",
        2,
        Outlook,
    ),
    customer("Charlotte Dubois", "charlotte.dubois@maisondubois.example", "Maison Dubois", "Lyon", 1, Apple),
    customer(
        "Michael Tan",
        "michael.tan@lotus-concept.example",
        "Lotus Concept Store",
        "Singapore | +65 6555 0199",
        8,
        Gmail,
    ),
    customer("Ruth Feldman", "ruth.feldman@homemail.example", "", "", -5, Apple),
    customer("Ben Archer", "ben@archer-ceramics.example", "Archer Ceramics", "Bristol", 0, Gmail),
    customer("Isabel Romero", "isabel.romero@inbox.example", "", "Sevilla", 1, Gmail),
    customer(
        "Greg Sanders",
        "greg.sanders@sanders-knives.example",
        "Sanders Knives",
        "Denver, CO",
        -7,
        Outlook,
    ),
    customer("Yuki Thompson", "yuki.thompson@inbox.example", "", "", -8, Gmail),
];

/// Customers who write Japanese.
pub(super) const JAPANESE: &[Customer] = &[
    customer(
        "佐藤 健一",
        "k.sato@sato-shokki.example",
        "株式会社佐藤食器",
        "仕入部\nTEL 03-5550-0112",
        9,
        Outlook,
    ),
    customer("鈴木 美咲", "misaki.suzuki@inbox.example", "", "", 9, Gmail),
    customer(
        "高橋 直樹",
        "takahashi@cafe-komorebi.example",
        "カフェ木漏れ日",
        "店長\n横浜市中区元町",
        9,
        Gmail,
    ),
    customer("田中 由美子", "tanaka-y@mirai-gakuen.example", "学校法人みらい学園", "総務課", 9, Becky),
    customer(
        "伊藤 大輔",
        "d.ito@itoya-ryokan.example",
        "株式会社伊藤屋旅館",
        "購買担当\nTEL 0557-55-0143",
        9,
        Outlook,
    ),
    customer("渡辺 さくら", "sakura.w@homemail.example", "", "iPhoneから送信", 9, Apple),
    customer("山本 浩", "yamamoto@yamamoto-chaho.example", "有限会社山本茶舗", "代表取締役", 9, Becky),
    customer("中村 恵", "megumi.nakamura@inbox.example", "", "", 9, Gmail),
    customer(
        "小林 拓也",
        "t.kobayashi@kobayashi-bussan.example",
        "小林物産株式会社",
        "営業二課\nTEL 06-5550-0177",
        9,
        Outlook,
    ),
    customer("加藤 陽子", "kato.yoko@homemail.example", "", "", 9, Apple),
    customer("吉田 隆", "yoshida@hotel-minato.example", "ホテルみなと株式会社", "料飲部", 9, Outlook),
    customer("山田 花子", "hanako.yamada@inbox.example", "", "", 9, Gmail),
    customer(
        "佐々木 亮",
        "sasaki@aoba-insatsu.example",
        "青葉印刷株式会社",
        "総務部\n仙台市青葉区",
        9,
        Becky,
    ),
    customer("松本 千夏", "chinatsu@zakka-nagomi.example", "雑貨店なごみ", "バイヤー", 9, Apple),
    customer("井上 誠", "m.inoue@inoue-denki.example", "井上電機株式会社", "福利厚生担当", 9, Outlook),
    customer("木村 優子", "yuko.kimura@homemail.example", "", "", 9, Gmail),
    customer("林 正樹", "hayashi@hayashi-koumuten.example", "株式会社林工務店", "", 9, Becky),
    customer("清水 朋美", "tomomi.s@inbox.example", "", "", 9, Apple),
    customer(
        "山崎 翔",
        "sho.yamazaki@blanc-wedding.example",
        "株式会社ブラン・ウェディング",
        "引出物担当\nTEL 052-555-0121",
        9,
        Outlook,
    ),
    customer("森 久美子", "mori-k@homemail.example", "", "", 9, Gmail),
    customer("池田 修", "ikeda@ikeda-kanamono.example", "池田金物店", "", 9, Becky),
    customer("橋本 彩香", "ayaka.hashimoto@inbox.example", "", "", 9, Gmail),
];

const fn account(
    id: &'static str,
    upn: &'static str,
    mail: &'static str,
    name: &'static str,
    language: &'static str,
) -> SeedPerson {
    SeedPerson { id, upn, mail, name, password: "hanamizuki", language, mailbox: !mail.is_empty() }
}

/// The company's accounts.
pub(super) fn staff() -> Vec<SeedPerson> {
    vec![
        account("0b5d2c1e-55b8-4b57-9f0e-6c2f3a5e1001", SUPPORT.address, SUPPORT.address, SUPPORT.name, "en"),
        account(
            "0b5d2c1e-55b8-4b57-9f0e-6c2f3a5e1002",
            OTOIAWASE.address,
            OTOIAWASE.address,
            OTOIAWASE.name,
            "ja",
        ),
        account("0b5d2c1e-55b8-4b57-9f0e-6c2f3a5e1003", SALES.address, SALES.address, SALES.name, "en"),
        account("0b5d2c1e-55b8-4b57-9f0e-6c2f3a5e1004", AYA.address, AYA.address, AYA.name, "ja"),
        account(
            "0b5d2c1e-55b8-4b57-9f0e-6c2f3a5e1005",
            "dbrooks@hanamizuki.example",
            DANIEL.address,
            DANIEL.name,
            "en",
        ),
        account(
            "0b5d2c1e-55b8-4b57-9f0e-6c2f3a5e1006",
            "admin@hanamizuki.example",
            "",
            "Hanamizuki Administrator",
            "en",
        ),
    ]
}
