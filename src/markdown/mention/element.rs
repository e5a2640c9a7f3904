//! The elements of HTML, by what their tags may be worth.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Whether an element is left out with what it holds, which is a program, a picture or a form. `name` is in lower case.
pub(in crate::markdown) fn is_left_out(name: &str) -> bool {
    let kind = element(name).map(|(_, kind)| kind);
    matches!(kind, Some(Kind::LeftOut | Kind::LeftOutRawText))
}

/// Whether any tag in `text` may be a link, an image or the start of what is left out.
pub(in crate::markdown) fn may_hold_links_or_left_out(text: &str) -> bool {
    let mut tags = text.match_indices('<');
    tags.any(|(at, _)| match element(name_at(&text[at + 1..])) {
        Some(("a" | "img", _)) => true,
        Some((_, kind)) => matches!(kind, Kind::LeftOut | Kind::LeftOutRawText),
        None => false,
    })
}

/// The name of a tag, as the tokenizer of HTML reads it; empty when it is too long for an element.
pub(super) fn name_at(text: &str) -> &str {
    let bytes = text.as_bytes().iter().take(NAME_MAX_BYTES + 1);
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let end = bytes.copied().position(|byte| is_end(&byte));
    &text[..end.unwrap_or(0)]
}

/// What kind of element a name in any letter case stands for, with the name in lower case.
pub(super) fn element(name: &str) -> Option<(&'static str, Kind)> {
    static KINDS: LazyLock<HashMap<&str, Kind>> = LazyLock::new(|| {
        let of_kind = |(kind, names): &(Kind, &'static str)| {
            let names = names.split_ascii_whitespace();
            names.map(|name| (name, *kind)).collect::<Vec<_>>()
        };
        ELEMENTS.iter().flat_map(of_kind).collect()
    });
    let (name, kind) = KINDS.get_key_value(name.to_ascii_lowercase().as_str())?;
    Some((name, *kind))
}

/// Length of the longest name of an element.
const NAME_MAX_BYTES: usize = "fecomponenttransfer".len();

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Says something on its own.
    Break,
    /// Nothing without attributes: void elements, and those of SVG and MathML, which are seen only where a blank line
    /// splits a picture.
    NeedsAttributes,
    /// A part of a paragraph, so its end is there too.
    Phrasing,
    /// Holds paragraphs.
    Flow,
    /// Holds something, and its end tag may be missing.
    EndIsOptional,
    /// A program, a picture or a form: left out with what it holds.
    LeftOut,
    /// The same, and what it holds is no markup.
    LeftOutRawText,
}

/// The elements of HTML, obsolete ones included, but those that stand for text alone (`title`, `textarea`, `xmp`); then
/// those of SVG 2 and MathML Core.
///
/// HTML Standard, sections "Index of elements" and "Obsolete features".
#[rustfmt::skip]
const ELEMENTS: &[(Kind, &str)] = &[
    (Kind::Break, "\
        br hr img wbr"),
    (Kind::Phrasing, "\
        a abbr acronym b bdi bdo big blink button cite code data del dfn em font i ins kbd label map mark meter \
        nobr output progress q ruby s samp slot small span strike strong sub sup time tt u var"),
    (Kind::Flow, "\
        address article aside blockquote body caption center details dialog dir div dl fieldset figcaption \
        figure footer form h1 h2 h3 h4 h5 h6 head header hgroup html legend main marquee menu nav noscript ol \
        picture pre search section summary table ul"),
    (Kind::EndIsOptional, "\
        colgroup dd dt li optgroup option p rb rp rt rtc tbody td tfoot th thead tr"),
    (Kind::LeftOutRawText, "\
        iframe script style"),
    (Kind::LeftOut, "\
        applet audio canvas frameset math object select svg template video"),
    (Kind::NeedsAttributes, "\
        area base basefont bgsound col embed frame input keygen link meta param source track"),
    (Kind::NeedsAttributes, "\
        animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix \
        fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight \
        fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge femergenode \
        femorphology feoffset fepointlight fespecularlighting fespotlight fetile feturbulence filter \
        foreignobject g image line lineargradient marker mask metadata mpath path pattern polygon polyline \
        radialgradient rect set stop switch symbol text textpath tspan use view"),
    (Kind::NeedsAttributes, "\
        annotation annotation-xml maction menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom \
        mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover \
        semantics"),
];
