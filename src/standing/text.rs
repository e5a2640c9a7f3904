//! An explanation in lines for people.

use std::io::{self, Write};

use super::lifts::Lift;
use super::{Above, Explanation, Word};
use crate::terminal::Terminal;
use crate::text::listed;
use crate::text::number::{counted, grouped};

impl Explanation {
    /// Prints it.
    ///
    /// # Errors
    /// What the system says.
    pub fn write_text(&self, out: &mut Terminal<impl Write>) -> io::Result<()> {
        if let Some(corrected) = &self.corrected {
            out.line(format_args!("Searched for: {corrected}"))?;
            out.line("")?;
        }
        out.line(format_args!("{}  {}", self.name, self.id))?;
        out.line(format_args!("    {}", self.verdict()))?;
        if let Some(meaning) = self.meaning {
            out.line(format_args!(
                "    Its meaning: {meaning:.3}, where 1 is the same as the query's."
            ))?;
        }
        if !self.words.is_empty() {
            out.line("")?;
            out.line("Words of the query:")?;
        }
        for word in &self.words {
            out.line(format_args!("    {}", word.sentence()))?;
        }
        if !self.above.is_empty() {
            out.line("")?;
            out.line("Above it:")?;
        }
        for above in &self.above {
            let Above {
                place, name, id, ..
            } = above;
            out.line(format_args!("{place:>2}. {name}  {id}"))?;
            out.line(format_args!("    {}", above.sentence()))?;
        }
        if !self.lifts.is_empty() {
            out.line("")?;
            out.line("What would lift it, its meaning left as it is:")?;
        }
        for lift in &self.lifts {
            out.line(format_args!("    {}", lift.sentence()))?;
        }
        if !self.complete {
            out.line("")?;
            out.line("Part of the index could not be read, so this may not be all.")?;
        }
        Ok(())
    }

    fn verdict(&self) -> String {
        let (matching, fitting) = (grouped(self.matching), grouped(self.fitting));
        let helps = 100.0 * self.helps;
        match self.place {
            Some(place) if self.fits => format!(
                "Place {place} of {matching} that match, {fitting} of which fit. It fits: helps with {helps:.0} %."
            ),
            Some(place) => format!(
                "Place {place} of {matching} that match, {fitting} of which fit. It is only near: helps with {helps:.0} %."
            ),
            None if self.excluded => {
                "Not found: a filter, a quoted word or a `-word` of the query leaves it out.".into()
            }
            None => {
                "Not found: it holds no word of the query, and its meaning is not among the nearest."
                    .into()
            }
        }
    }
}

impl Word {
    fn sentence(&self) -> String {
        let word = match &self.corrected {
            Some(corrected) => format!("`{}`, taken for `{corrected}`", self.word),
            None => format!("`{}`", self.word),
        };
        if self.skills == 0 {
            return format!("{word}: no skill holds it");
        }
        let holders = counted(self.skills, "skill holds it", "skills hold it");
        if self.places.is_empty() {
            return format!("{word}: lacking; {holders}");
        }
        let places = self.places.join(", ");
        match self.other_forms[..] {
            [] => format!("{word}: in its {places}; {holders}"),
            ref forms => {
                let forms = listed(forms, 3);
                format!("{word}: as {forms} in its {places}; {holders}")
            }
        }
    }
}

impl Above {
    fn sentence(&self) -> String {
        let by = &self.by;
        let mut parts = Vec::new();
        if by.called {
            parts.push("is called what was typed".to_owned());
        }
        if !by.words.is_empty() {
            parts.push(format!("holds {}", listed(&by.words, 5)));
        }
        if !by.name.is_empty() {
            parts.push(format!("has {} in its name", listed(&by.name, 5)));
        }
        if let Some(meaning) = by.meaning {
            parts.push(format!("is nearer by meaning, {meaning:.3}"));
        }
        if by.louder {
            parts.push("its words score higher".to_owned());
        }
        if by.badges {
            parts.push("has badges that count".to_owned());
        }
        let fits = if self.fits { "fits" } else { "only near" };
        parts.push(format!("{fits}, helps with {:.0} %", 100.0 * self.helps));
        parts.join("; ")
    }
}

impl Lift {
    fn sentence(&self) -> String {
        let words = listed(&self.words, 5);
        let fits = if self.fits {
            "it would fit"
        } else {
            "still only near"
        };
        format!(
            "{words} in its {}: place {}, {fits}",
            self.place_name, self.place
        )
    }
}
