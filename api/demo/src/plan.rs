//! How many consultations each day brings, and when within the day people call.

use jiff::civil::{Date, Weekday};

use crate::calendar::{Calendar, OPENS};
use crate::error::DemoError;
use crate::rng::Rng;

/// The county's numbers: year and consultations.
pub const YEARS: [(i16, u32); 3] = [(2022, 39_685), (2023, 32_453), (2024, 30_180)];

/// In percent of an ordinary month.
const MONTHS: [u64; 12] = [106, 97, 99, 100, 104, 98, 105, 104, 106, 108, 95, 92];

/// What calls a half hour brings, relative to the others; from 08:30 on. Nobody calls in the last quarter of an hour.
const HALF_HOURS: [u64; 20] =
    [44, 80, 101, 109, 104, 95, 76, 46, 44, 73, 92, 97, 92, 88, 82, 78, 67, 51, 31, 8];

/// What happens on a day besides ordinary calls.
pub(crate) struct Day {
    pub(crate) date: Date,
    /// Consultations that count.
    pub(crate) consultations: u32,
    /// Of these, opened by calling back who hung up too early.
    pub(crate) missed: u32,
    /// Calls that are given up and not called back.
    pub(crate) abandoned: u32,
    /// Consultations that are opened by mistake and voided.
    pub(crate) voided: u32,
}

/// All open days of the three years, with so many times the county's numbers.
pub(crate) fn days(calendar: &Calendar, rng: &mut Rng, scale: u32) -> Result<Vec<Day>, DemoError> {
    let mut days = Vec::with_capacity(740);
    for (year, consultations) in YEARS {
        let consultations = consultations * scale;
        let dates = calendar.open_days(year)?;
        let first = days.len();
        let weights: Vec<u64> = dates.iter().map(|date| weight(calendar, *date, rng)).collect();
        for (date, consultations) in dates.iter().zip(shares(consultations, &weights)) {
            days.push(Day { date: *date, consultations, missed: 0, abandoned: 0, voided: 0 });
        }
        let days = &mut days[first..];
        // Two of 1,000 calls are given up; half of those people are called back.
        let abandoned = consultations / 500;
        for n in 0..abandoned {
            let day = rng.index(days.len());
            if n % 2 == 0 { days[day].missed += 1 } else { days[day].abandoned += 1 }
        }
        for _ in 0..consultations / 800 {
            let day = rng.index(days.len());
            days[day].voided += 1;
        }
    }
    keep_milestone_clear(&mut days);
    Ok(days)
}

/// On the days around the 100,000th consultation nothing is voided, so that it stays the 100,000th.
fn keep_milestone_clear(days: &mut [Day]) {
    let mut sum = 0;
    for day in days {
        sum += day.consultations;
        if (99_000..101_000).contains(&sum) {
            day.voided = 0;
        }
    }
}

fn weight(calendar: &Calendar, date: Date, rng: &mut Rng) -> u64 {
    let weekday = match date.weekday() {
        Weekday::Monday => 117,
        Weekday::Tuesday => 104,
        Weekday::Wednesday => 99,
        Weekday::Thursday => 96,
        _ => 92,
    };
    let month = MONTHS[usize::try_from(date.month() - 1).unwrap_or(0).min(11)];
    let market = if date.day() % 5 == 2 { 106 } else { 100 };
    let yesterday = crate::calendar::later(date, -1);
    let after_holiday = date.weekday() != Weekday::Monday && !calendar.is_open(yesterday);
    let rush = if after_holiday { 114 } else { 100 };
    weekday * month * market * rush * rng.range(88, 112).unsigned_abs()
}

/// Splits a total by weights; the largest remainders get what is left over.
fn shares(total: u32, weights: &[u64]) -> Vec<u32> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum::<u128>().max(1);
    let exact = |weight: &u64| u128::from(*weight) * u128::from(total);
    let mut shares: Vec<u32> =
        weights.iter().map(|weight| u32::try_from(exact(weight) / sum).unwrap_or(0)).collect();
    let left = total - shares.iter().sum::<u32>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(exact(&weights[*index]) % sum), *index));
    for index in order.into_iter().take(left as usize) {
        shares[index] += 1;
    }
    shares
}

/// A second of the day at which somebody calls.
pub(crate) fn moment(rng: &mut Rng) -> i64 {
    let half_hour = rng.weighted(&HALF_HOURS) as i64;
    let span = if half_hour == 19 { 900 } else { 1800 };
    OPENS + half_hour * 1800 + rng.range(3, span - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_year_gets_its_number() {
        for scale in [1, 10] {
            let days = days(&Calendar::read().unwrap(), &mut Rng::new([7; 32], 0), scale).unwrap();
            for (year, consultations) in YEARS {
                let of_year = days.iter().filter(|day| day.date.year() == year);
                assert_eq!(of_year.map(|day| day.consultations).sum::<u32>(), consultations * scale);
            }
        }
    }

    #[test]
    fn shares_add_up() {
        assert_eq!(shares(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(shares(7, &[2, 1]), [5, 2]);
    }
}
