//! Near-duplicates: the same advert posted again with a changed word or two.

use jobmatch_domain::JobPosting;
use jobmatch_domain::fingerprint::Fingerprint;
use xxhash_rust::xxh3::xxh3_64;

const SHINGLE: usize = 4;
/// Adverts of fewer characters are equal or different, never near.
const SHORT_CHARACTERS: usize = 30;

/// Fingerprint of the character 4-grams of a posting's title, text and employer. Blanks and punctuation do not
/// count.
pub fn fingerprint(posting: &JobPosting) -> Fingerprint {
    let characters: Vec<char> =
        [posting.title.as_str(), posting.description.as_str(), posting.employer.as_str()]
            .iter()
            .flat_map(|text| text.chars())
            .filter(|c| c.is_alphanumeric())
            .collect();
    let mut votes = Votes::default();
    let mut buffer = String::with_capacity(SHINGLE * 4);
    let width = SHINGLE.min(characters.len().max(1));
    for shingle in characters.windows(width) {
        buffer.clear();
        buffer.extend(shingle);
        votes.add(xxh3_64(buffer.as_bytes()));
    }
    Fingerprint { bits: votes.majority(), short: characters.len() < SHORT_CHARACTERS }
}

/// How many hashes have each bit: eight counters of a byte in a word, so that a hash is counted
/// in eight additions. Every posting that is indexed is counted so.
#[derive(Default)]
struct Votes {
    /// Counters of the bits of each byte of the hashes, since the last spill.
    bytes: [u64; 8],
    since_spill: u8,
    counts: [[u32; 8]; 8],
    hashes: u32,
}

impl Votes {
    fn add(&mut self, hash: u64) {
        for (counters, byte) in self.bytes.iter_mut().zip(hash.to_le_bytes()) {
            // The bits of the byte, one to each byte of the word: the product copies the byte
            // seven bits apart, so that bit i comes to stand at 8 * i.
            let copies = u64::from(byte & 0x7f).wrapping_mul(0x0002_0408_1020_4081);
            *counters += copies & 0x0001_0101_0101_0101 | u64::from(byte >> 7) << 56;
        }
        self.hashes += 1;
        self.since_spill += 1;
        if self.since_spill == u8::MAX {
            self.spill();
        }
    }

    fn spill(&mut self) {
        for (i, counters) in self.bytes.iter_mut().enumerate() {
            for (bit, count) in counters.to_le_bytes().into_iter().enumerate() {
                self.counts[i][bit] += u32::from(count);
            }
            *counters = 0;
        }
        self.since_spill = 0;
    }

    /// The bits that more than half of the hashes have.
    fn majority(mut self) -> u64 {
        self.spill();
        let half = self.hashes;
        (0..64usize)
            .filter(|bit| self.counts[bit / 8][bit % 8] * 2 > half)
            .fold(0, |bits, bit| bits | 1 << bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobmatch_domain::DocumentId;
    use jobmatch_domain::text::Text;

    fn posting(title: &str, description: &str) -> JobPosting {
        let id = DocumentId::parse("x").unwrap();
        JobPosting {
            description: Text::parse(description).unwrap(),
            employer: Text::parse("济南东泉餐饮有限公司").unwrap(),
            ..JobPosting::blank(id, Text::parse(title).unwrap())
        }
    }

    const ADVERT: &str = "机关单位职工餐厅招洗碗工两名，只做中午一餐，上午九点到岗，下午三点半收工，双休，\
        法定节假日休息。负责餐盘清洗、消毒柜码放和后厨地面卫生，有洗碗机，活不重。需持健康证上岗，\
        工资月月清，从不拖欠，住得近的来，离公交站步行五分钟，中午管一顿饭。";

    #[test]
    fn the_majority_is_that_of_a_count_bit_by_bit() {
        let mut state = 7u64;
        for length in [0, 1, 2, 254, 255, 256, 1_000] {
            let mut votes = Votes::default();
            let mut counted = [0i64; 64];
            for _ in 0..length {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(11);
                let hash = state ^ state >> 29;
                votes.add(hash);
                for (bit, count) in counted.iter_mut().enumerate() {
                    *count += if hash >> bit & 1 == 1 { 1 } else { -1 };
                }
            }
            let expected = (0..64).filter(|b| counted[*b] > 0).fold(0u64, |bits, b| bits | 1 << b);
            assert_eq!(votes.majority(), expected, "{length}");
        }
    }

    #[test]
    fn punctuation_makes_no_difference_and_another_job_does() {
        let first = fingerprint(&posting("洗碗工", ADVERT));
        let again = fingerprint(&posting("【洗碗工】", &ADVERT.replace('，', "！")));
        assert!(first.is_near(again));
        let other = "负责小区门岗值守和巡逻，登记外来车辆，做十二休二十四，要有保安员证，管宿舍，服从队长安排，\
            夜班有补贴，过了试用期上社保，年底有奖金，身体能熬夜，能说普通话。";
        assert!(!first.is_near(fingerprint(&posting("保安", other))));
    }
}
