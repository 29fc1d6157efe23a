//! What being shown to many takes off a score, where a caller asks that people be spread.

/// Times that a free place may be shown among the first before it counts much: about one in ten of
/// those who see a posting there is taken to come. An estimate; no sample tells it.
const SHOWN_A_PLACE: f64 = 10.0;
/// What each doubling takes off, in points of the score (`benches/README.md`, spread).
const A_DOUBLING: f64 = 0.02;
/// The most that is taken off: what fits well stays before what fits badly.
const MOST: f64 = 0.2;

/// Points off the score of a posting that was shown `exposure` times, old times counting less, and
/// has `places` free; 0 counts as 1. Rises with the logarithm of the exposure a place.
pub fn crowding(exposure: f64, places: u32) -> f64 {
    let a_place = exposure.max(0.0) / (f64::from(places.max(1)) * SHOWN_A_PLACE);
    (A_DOUBLING * (1.0 + a_place).log2()).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_with_exposure_falls_with_places_and_is_bounded() {
        assert_eq!(crowding(0.0, 1), 0.0);
        assert_eq!(crowding(-1.0, 1), 0.0);
        assert_eq!(crowding(SHOWN_A_PLACE, 1), A_DOUBLING);
        assert_eq!(crowding(SHOWN_A_PLACE * 6.0, 2), 2.0 * A_DOUBLING);
        let rising: Vec<f64> = (0..100).map(|n| crowding(f64::from(n), 2)).collect();
        assert!(rising.windows(2).all(|w| w[0] < w[1]));
        assert!(crowding(50.0, 5) < crowding(50.0, 4));
        assert_eq!(crowding(5.0, 0), crowding(5.0, 1));
        assert_eq!(crowding(1e9, 1), MOST);
    }
}
