//! Skills in many languages and scripts, and queries as people type them.

use super::{find, found, ids};
use crate::catalog::{Catalog, Skill};
use crate::index::fixture::{catalog, packed, skill};
use skillpress_search::Options;

/// Slug, name, description and body.
const SKILLS: [(&str, &str, &str, &str); 21] = [
    (
        "zh-expense",
        "报销单助手",
        "根据发票照片自动填写公司的报销单,并检查金额是否一致。",
        "## 使用方法\n\n先上传发票,然后选择费用类别。",
    ),
    (
        "zh-recipes",
        "家常菜谱推荐",
        "按照冰箱里的食材推荐今晚可以做的家常菜。",
        "支持川菜、粤菜和素食。",
    ),
    (
        "zh-hant-train",
        "臺鐵時刻表查詢",
        "查詢臺灣鐵路的列車時刻與票價。",
        "輸入起站和到站即可。",
    ),
    (
        "ja-minutes",
        "議事録メーカー",
        "会議の録音から議事録を作成し、決定事項と担当者を一覧にします。",
        "## 使い方\n\n録音ファイルを指定してください。",
    ),
    (
        "ja-garden",
        "家庭菜園カレンダー",
        "野菜の種まきと収穫の時期を地域ごとに教えます。",
        "トマト、きゅうり、なすに対応。",
    ),
    (
        "ko-subway",
        "지하철 막차 안내",
        "집까지 갈 수 있는 마지막 지하철 시간을 알려 줍니다.",
        "출발역과 도착역을 입력하세요.",
    ),
    (
        "ko-resume",
        "이력서 다듬기",
        "이력서 문장을 자연스럽게 고치고 맞춤법을 검사합니다.",
        "신입과 경력 모두 지원합니다.",
    ),
    (
        "ru-rent",
        "Учёт квартплаты",
        "Считает показания счётчиков и напоминает об оплате коммунальных услуг.",
        "Поддерживает воду, свет и отопление.",
    ),
    (
        "uk-poems",
        "Українські вірші",
        "Добирає вірші до свята й пояснює рідкісні слова.",
        "Працює з класикою.",
    ),
    (
        "bg-trails",
        "Планински пътеки",
        "Предлага маршрути в Рила и Пирин според времето.",
        "",
    ),
    (
        "fr-menu",
        "Menus de la cantine",
        "Prépare des menus équilibrés à partir des légumes de saison et crée la liste des courses.",
        "Évite les allergènes déclarés.",
    ),
    (
        "de-bill",
        "Rechnungsprüfer",
        "Prüft Rechnungen auf fehlende Pflichtangaben und die richtige Umsatzsteuer; auch für Größen wie Straßenmaut.",
        "",
    ),
    (
        "es-bird",
        "Pájaros del parque",
        "Reconoce aves por su canto y apunta cada observación en el cuaderno del niño.",
        "",
    ),
    (
        "pt-bus",
        "Ônibus na hora",
        "Mostra quando chega o próximo ônibus e avisa se há greve em São Paulo.",
        "",
    ),
    (
        "pl-notary",
        "Łatwe pełnomocnictwo",
        "Układa pełnomocnictwo krok po kroku i sprawdza dane osób.",
        "",
    ),
    (
        "tr-menu",
        "İstanbul Vapur",
        "Vapur saatlerini gösterir; Kadıköy ve Beşiktaş arası da var.",
        "",
    ),
    (
        "vi-visa",
        "Hỗ trợ thị thực",
        "Kiểm tra giấy tờ cần thiết khi xin thị thực du lịch.",
        "",
    ),
    (
        "el-boats",
        "Δρομολόγια πλοίων",
        "Βρίσκει πλοία για τα νησιά και τιμές εισιτηρίων.",
        "",
    ),
    (
        "ar-prayer",
        "مواقيت الصلاة",
        "يعرض مواقيت الصلاة والتقويم الهجري لكل مدينة.",
        "",
    ),
    (
        "hi-crops",
        "फसल सलाह",
        "मौसम और मिट्टी के अनुसार फसल की सलाह देता है।",
        "",
    ),
    (
        "th-market",
        "ตลาดนัดใกล้ฉัน",
        "ค้นหาตลาดนัดกลางคืนและร้านอาหารที่เปิดอยู่ตอนนี้",
        "",
    ),
];

fn registry() -> Catalog {
    let skills = SKILLS.iter().map(|&(slug, name, description, body)| Skill {
        body: body.to_owned(),
        ..skill("polyglot", slug, name, description)
    });
    catalog(skills.collect())
}

fn assert_first(cases: &[(&str, &str)]) {
    let files = packed(&registry());
    for (query, expected) in cases {
        let results = find(&files, query, &Options::default());
        let first = ids(&results).into_iter().next();
        assert_eq!(first, Some(format!("polyglot/{expected}")), "{query}");
    }
}

#[test]
fn chinese_japanese_and_korean_queries_find_their_skills() {
    assert_first(&[
        ("报销", "zh-expense"),
        ("发票", "zh-expense"),
        ("填写报销单", "zh-expense"),
        ("今晚吃什么菜谱", "zh-recipes"),
        ("川菜", "zh-recipes"),
        ("时刻表 臺鐵", "zh-hant-train"),
        ("列車時刻", "zh-hant-train"),
        ("議事録", "ja-minutes"),
        ("会議の録音", "ja-minutes"),
        ("トマト 種まき", "ja-garden"),
        ("カレンダー", "ja-garden"),
        ("막차", "ko-subway"),
        ("지하철 시간", "ko-subway"),
        ("이력서를 고쳐 줘", "ko-resume"),
    ]);
}

#[test]
fn cyrillic_and_greek_queries_find_their_skills() {
    assert_first(&[
        ("квартплата", "ru-rent"),
        ("учет квартплаты", "ru-rent"),
        ("УЧЁТ", "ru-rent"),
        ("счетчиков", "ru-rent"),
        ("квартплвты", "ru-rent"),
        ("вірші до свята", "uk-poems"),
        ("пътеки Рила", "bg-trails"),
        ("πλοία για νησιά", "el-boats"),
        ("ΠΛΟΙΩΝ δρομολογια", "el-boats"),
    ]);
}

#[test]
fn accents_may_be_left_out_or_typed_in_another_form() {
    assert_first(&[
        ("équilibrés", "fr-menu"),
        ("equilibres legumes", "fr-menu"),
        ("le\u{301}gumes", "fr-menu"),
        ("rechnungsprufer", "de-bill"),
        ("STRASSENMAUT", "de-bill"),
        ("pajaros", "es-bird"),
        ("niño", "es-bird"),
        ("onibus sao paulo", "pt-bus"),
        ("latwe pelnomocnictwo", "pl-notary"),
        ("istanbul vapur", "tr-menu"),
        ("İSTANBUL", "tr-menu"),
        ("kadikoy", "tr-menu"),
        ("ho tro thi thuc", "vi-visa"),
    ]);
}

#[test]
fn other_scripts_find_their_skills() {
    assert_first(&[
        ("الصلاة", "ar-prayer"),
        ("مواقيت", "ar-prayer"),
        ("फसल", "hi-crops"),
        ("मिट्टी मौसम", "hi-crops"),
        ("ตลาดนัด", "th-market"),
        ("ร้านอาหาร", "th-market"),
    ]);
}

#[test]
fn empty_huge_and_odd_queries_do_nothing_bad() {
    for query in [
        "",
        "   ",
        "\u{0}\u{1b}[2J",
        "-",
        "\"",
        "tag:",
        "-pdf",
        "!!!",
        "\u{202e}",
        "\u{200d}\u{fe0f}",
        "🦀🦀🦀",
        "\u{10ffff}",
    ] {
        assert_eq!(found(query), [""; 0], "{query:?}");
    }
    assert_eq!(found("\u{7}wea\u{0}ther\u{1b}"), found("wea ther"));
    assert_eq!(found("weather\u{200b}").len(), 2, "a space of no width");
    for huge in [
        "x".repeat(100_000),
        "漢".repeat(33_334),
        "\u{0}".repeat(100_000),
        "\"".repeat(100_000),
        "-\"".repeat(50_000),
        "tag:\"".repeat(20_000),
        "e\u{301}".repeat(33_334),
        (0..20_000).map(|idx| format!("{idx} ")).collect(),
    ] {
        found(&huge);
    }
    assert_eq!(found(&"weather ".repeat(12_500)).len(), 2);
}
