//! When something was published or given.

use std::str::FromStr;

use jiff::civil::Date;

/// Milliseconds since 1970-01-01T00:00:00Z, from the content and never from a clock.
///
/// Between the years 1970 and 9999; parsers refuse anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds; `None` outside the years 1970 to 9999.
    pub fn from_ms(ms: i64) -> Option<Self> {
        const END_OF_9999_MS: i64 = 253_402_300_799_999;
        (0..=END_OF_9999_MS).contains(&ms).then_some(Self(ms))
    }

    /// From `2026-01-31`, `2026-01-31T10:00:00Z`, the same with an offset, also after a space, or a day in another form
    /// that can be read in one way only, such as `2026/1/31` or `January 31, 2026`; a day means its first instant in UTC.
    ///
    /// `None` for anything else, `01/02/2026` among it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let instant: Option<jiff::Timestamp> = text.parse().ok();
        let instant = instant.or_else(|| jiff::Timestamp::strptime("%F %T %z", text).ok());
        let instant = instant.or_else(|| {
            let date = text.parse().ok().or_else(|| written_date(text))?;
            let midnight = Date::at(date, 0, 0, 0, 0);
            jiff::tz::TimeZone::UTC.to_timestamp(midnight).ok()
        })?;
        Self::from_ms(instant.as_millisecond())
    }

    /// Milliseconds since 1970.
    pub fn ms(self) -> i64 {
        self.0
    }

    /// The day in UTC, such as `2026-01-31`.
    pub fn date(self) -> String {
        self.rfc3339()[..10].to_owned()
    }

    /// Such as `2026-01-31T10:00:00Z`, to the second.
    pub fn rfc3339(self) -> String {
        let seconds = self.0 / 1000;
        jiff::Timestamp::from_second(seconds)
            .map_or_else(|_| String::new(), |instant| instant.to_string())
    }
}

impl FromStr for Timestamp {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or("write a day such as `2026-01-31`")
    }
}

/// A day that is not written as ISO 8601 has it: the year first, or the month by its English name.
fn written_date(text: &str) -> Option<Date> {
    const FORMS: [&str; 8] = [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y年%m月%d日",
        "%B %d, %Y",
        "%d %B %Y",
        "%b %d, %Y",
        "%d %b %Y",
    ];
    FORMS
        .iter()
        .find_map(|form| Date::strptime(form, text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_may_be_written_otherwise_where_one_day_only_can_be_meant() {
        let day = Timestamp::parse("2026-01-05");
        for text in [
            "2026/01/05",
            "2026/1/5",
            "2026-1-5",
            "2026.01.05",
            "20260105",
            "2026年1月5日",
            "January 5, 2026",
            "january 05, 2026",
            "Jan 5, 2026",
            "5 January 2026",
            "05 Jan 2026",
        ] {
            assert_eq!(Timestamp::parse(text), day, "{text}");
        }
    }

    #[test]
    fn dates_come_in_three_forms() {
        let day = Timestamp::parse("2026-01-31").unwrap();
        assert_eq!(day, Timestamp::parse("2026-01-31T00:00:00Z").unwrap());
        assert_eq!(day, Timestamp::parse("2026-01-31T02:00:00+02:00").unwrap());
        assert_eq!(day, Timestamp::parse("2026-01-31 02:00:00 +0200").unwrap());
        assert_eq!(
            (day.date().as_str(), day.rfc3339().as_str()),
            ("2026-01-31", "2026-01-31T00:00:00Z")
        );
        for bad in [
            "",
            "soon",
            "2026-13-01",
            "1969-12-31",
            "2026-01-31T25:00:00Z",
            "01/02/2026",
            "31/01/2026",
            "31.01.2026",
            "26/01/31",
            "2026/02/30",
            "2026",
            "2026-01",
            "January 2026",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }
}
