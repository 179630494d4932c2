//! What customers write in English. Words in braces are filled in: `{product}`, `{order}`, `{day}` (to come), `{past}`, `{number}`, `{place}`.

use super::correspondence::{Extra, Problem, Voice};
use super::people::ENGLISH;

/// English correspondence.
pub(super) const VOICE: Voice = Voice {
    japanese: false,
    customers: ENGLISH,
    products: &[
        "Kiri cast iron kettle 1.2 L",
        "Hasami mug set (4)",
        "Asagiri sencha 100 g",
        "roasted genmaicha 500 g",
        "magewappa bento box",
        "Nami tenugui",
        "santoku knife 170 mm",
        "linen apron (indigo)",
        "washi notebook A5",
        "brass tea scoop",
        "hinoki cutting board",
        "matcha starter set",
        "donabe clay pot",
        "glass wind chime",
    ],
    places: &[
        "our Portland shop",
        "my home address",
        "the hotel kitchen",
        "our warehouse in Leeds",
        "the Lyon store",
        "my office",
    ],
    openings: &[
        "Hi there,",
        "Hello,",
        "Dear Hanamizuki team,",
        "Good morning,",
        "Hi,",
        "Hello Hanamizuki,",
        "To whom it may concern,",
    ],
    closings: &[
        "Thanks,",
        "Kind regards,",
        "Best,",
        "Many thanks in advance,",
        "Best wishes,",
        "Cheers,",
        "Looking forward to hearing from you,",
    ],
    asides: &[
        "",
        "",
        "By the way, the packaging was lovely as always.",
        "I tried calling yesterday but only reached the answering machine.",
        "I could not find this in your FAQ, sorry if I missed it.",
        "We have been buying from you since 2019 and this is the first hiccup.",
        "No rush on this, but I would like to know before the weekend.",
        "Please answer to this address, I do not check the other one.",
    ],
    problems: &[
        Problem {
            subjects: &[
                "Order {order} has not arrived",
                "Where is my parcel?",
                "Tracking not moving for {order}",
                "Still waiting for the {product}",
            ],
            asks: &[
                "I ordered the {product} on {past} (order {order}) and it has not arrived yet. The tracking page has said \"in transit\" for {number} days. Could you find out what happened?",
                "Order {order} was supposed to reach {place} on {past}. Nothing came and the carrier says they are waiting for instructions from the sender. Can you look into it please?",
                "It has been more than {number} working days since you confirmed {order}. I need the {product} for a birthday. When will it be here?",
            ],
            answers: &[
                "Thank you for writing and sorry for the wait. The parcel with {order} was held at customs because a form was missing. We sent it this morning; the carrier expects to deliver within {number} days.",
            ],
            thanks: &[
                "It came today, perfectly packed. Thank you for the quick help!",
                "Customs has just called, they want an invoice with the tariff number of the {product}. Can you send one?",
            ],
            extra: Extra::None,
        },
        Problem {
            subjects: &[
                "{product} arrived broken",
                "Damaged item in {order}",
                "Crack in the {product}",
                "Broken on arrival - {order}",
            ],
            asks: &[
                "Unfortunately the {product} from order {order} arrived with a crack down one side. The outer box looked fine. I have attached a photo. What should I do with the broken one?",
                "I opened the parcel just now and the {product} is in pieces. Picture below. I would prefer a replacement to a refund if you still have it in stock.",
                "{number} of the items we received on {past} at {place} are chipped at the rim. Photo attached; we cannot sell them like this.",
            ],
            answers: &[
                "I am very sorry about that. There is no need to send the broken one back. A new {product} will leave our warehouse tomorrow under the same order number {order}.",
            ],
            thanks: &[
                "Thank you, that is generous. Should I recycle the broken one?",
                "The replacement has arrived and is perfect. You have a customer for life.",
            ],
            extra: Extra::Photo,
        },
        Problem {
            subjects: &[
                "Invoice for {order}",
                "Need a VAT invoice",
                "Wrong address on invoice {order}",
                "Copy of receipt please",
            ],
            asks: &[
                "Could you send us an invoice for order {order} with our company address and VAT number on it? Our accounting closes on {day}.",
                "The invoice for {order} still shows our old address. Please correct it to {place} and send it again as a PDF. The old one is attached.",
                "Our accountant cannot find a receipt for the {product} we bought on {past}. Could you mail me a copy?",
            ],
            answers: &[
                "Please find the corrected invoice for {order} attached. We have changed the address in your account as well, so that the next ones will be right.",
            ],
            thanks: &[
                "Perfect, thank you. Accounting is happy.",
                "The sum is right now but the date is still wrong: it should be {day}.",
            ],
            extra: Extra::Pdf,
        },
        Problem {
            subjects: &[
                "Question about the {product}",
                "Is the {product} suitable for induction?",
                "Care instructions?",
                "Material of the {product}",
            ],
            asks: &[
                "I am thinking of buying the {product}. Can it be used on an induction hob, and is it safe in the dishwasher?",
                "Quick question before I order: how heavy is the {product}, and does it come with a gift box?",
                "The {product} I bought from you on {past} is getting stains. How do I clean it without ruining it?",
            ],
            answers: &[
                "Good question! The {product} should be washed by hand with warm water and no soap, and dried at once. It comes in a paulownia box and weighs a little over {number}00 g.",
            ],
            thanks: &[
                "Great, that is what I needed. I just ordered two.",
                "Thank you! And do you ship it as a gift with a card?",
            ],
            extra: Extra::None,
        },
        Problem {
            subjects: &[
                "Return of the {product}",
                "I would like to send back {order}",
                "Refund request {order}",
                "How do I return an item?",
            ],
            asks: &[
                "The {product} is beautiful but smaller than I imagined. It is unused. How do I return it and who pays for the shipping?",
                "Please cancel {order} if it has not left yet. I ordered it twice by mistake. If it has, I will send it back.",
                "I returned the {product} on {past} and the carrier shows it as delivered to you, but I have not seen the refund on my card. Could you check?",
            ],
            answers: &[
                "You can return the {product} within 30 days. A label is on its way to you; the refund of {order} reaches your card about {number} days after the parcel reaches us.",
            ],
            thanks: &[
                "The label does not open on my phone, could you send it as a picture?",
                "Refund received this morning. Thanks for making it so easy.",
            ],
            extra: Extra::None,
        },
        Problem {
            subjects: &[
                "Wholesale enquiry",
                "Trade prices for the {product}",
                "Opening a trade account",
                "Quote for {number}0 pieces",
            ],
            asks: &[
                "We run a small shop and would love to stock the {product}. What are your trade prices and minimum quantities? We would start with about {number}0 pieces.",
                "Could you quote for {number}0 x {product}, delivered to {place} by {day}? A short description of our business is attached.",
                "Please send your current wholesale price list. We are mainly interested in the {product} and anything similar.",
            ],
            answers: &[
                "Thank you for your interest. Trade customers get 35% off from 20 pieces; for {number}0 x {product} delivery takes two weeks. I have attached the price list.",
            ],
            thanks: &[
                "Thank you, the prices work for us. Please open an account in the firm's name.",
                "Could you go down a little if we take {number}5 pieces?",
            ],
            extra: Extra::Docx,
        },
        Problem {
            subjects: &[
                "Cannot log in to my account",
                "Password reset mail never arrives",
                "Account locked?",
                "Website error at checkout",
            ],
            asks: &[
                "Your shop will not let me log in. I asked for a new password {number} times since {past}, and the mail never arrives (yes, I looked in the spam folder).",
                "At checkout I get \"Something went wrong (E-{number}03)\" after entering my card. The money is reserved but there is no order. What now?",
                "I changed my e-mail address and now my order history is gone, including {order}. Can you merge the two accounts?",
            ],
            answers: &[
                "Sorry for the trouble. Your account was locked after several wrong passwords. I have unlocked it; please use the link in the next mail within an hour.",
            ],
            thanks: &[
                "That worked, thanks.",
                "The link says it has expired although I clicked it right away.",
            ],
            extra: Extra::Screenshot,
        },
        Problem {
            subjects: &[
                "Change delivery address for {order}",
                "Please ship {order} later",
                "Delivery on {day}?",
                "New address",
            ],
            asks: &[
                "We are moving. Please send {order} to {place} instead of the address in the order.",
                "Can {order} be delivered on {day} in the afternoon? Nobody is in before two o'clock.",
                "Please hold {order} until {day}; we are closed for refurbishment and there is nobody to take it in.",
            ],
            answers: &[
                "Done: {order} now goes to the new address, and the carrier has a note about the time. You will get a message on the morning of the delivery.",
            ],
            thanks: &[
                "Wonderful, thank you.",
                "One more thing: please leave it with the neighbour on the left if we are out.",
            ],
            extra: Extra::None,
        },
        Problem {
            subjects: &[
                "Monthly order {day}",
                "Purchase order {number}47-B",
                "Re-order",
                "New order from our shop",
            ],
            asks: &[
                "Please find our order for this month attached as CSV. If the {product} is out of stock, just send the rest and put it on back-order.",
                "Attached is purchase order {number}47-B: mainly {product}, to be delivered to {place}. Please confirm prices and date.",
            ],
            answers: &[
                "Thank you for the order. Everything is in stock but the {product}, which follows around {day}. The confirmation is attached.",
            ],
            thanks: &[
                "Fine with us, please ship in two parts.",
                "Please add {number} more of the {product} if it is not too late.",
            ],
            extra: Extra::Csv,
        },
        Problem {
            subjects: &[
                "Just wanted to say thank you",
                "Lovely {product}!",
                "Feedback",
                "A small suggestion",
            ],
            asks: &[
                "No problem this time! The {product} arrived on {past} and it is even nicer than in the pictures. Here is a photo of it in our kitchen.",
                "I gave the {product} to my mother and she has not stopped talking about it. Please pass our thanks to the maker.",
            ],
            answers: &[
                "What a lovely message to start the day with. We have shown it to the workshop in Hasami, and they send their regards.",
            ],
            thanks: &["Give them our best. We will be back!"],
            extra: Extra::Photo,
        },
        Problem {
            subjects: &[
                "Allergens in the {product}",
                "Best before date",
                "Certificate of origin",
                "Organic certificate?",
            ],
            asks: &[
                "A guest asked about allergens: is the {product} processed anywhere near nuts or wheat? The chef would like it in writing.",
                "The best-before date on the {product} we received on {past} is only {number} weeks away. Is that normal?",
                "Customs here wants a certificate of origin for {order}. Could you send one, signed, as a PDF?",
            ],
            answers: &[
                "The {product} is packed on a line of its own; no nuts, wheat or soy are handled there. I have attached the maker's statement for your files.",
            ],
            thanks: &[
                "That will do, thank you.",
                "The chef asks whether the same is true for the other teas.",
            ],
            extra: Extra::None,
        },
    ],
    agents: &["Daniel Brooks", "Aya Shimizu"],
    agent_closing: "Best regards,",
    agent_line: "Hanamizuki Trading | Customer Support\nhttps://www.hanamizuki.example",
};
