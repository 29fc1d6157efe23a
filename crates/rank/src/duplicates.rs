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
    let mut votes = [0i32; 64];
    let mut buffer = String::with_capacity(SHINGLE * 4);
    let width = SHINGLE.min(characters.len().max(1));
    for shingle in characters.windows(width) {
        buffer.clear();
        buffer.extend(shingle);
        let hash = xxh3_64(buffer.as_bytes());
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    let bits = (0..64).filter(|bit| votes[*bit] > 0).fold(0u64, |bits, bit| bits | 1 << bit);
    Fingerprint { bits, short: characters.len() < SHORT_CHARACTERS }
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
    fn punctuation_makes_no_difference_and_another_job_does() {
        let first = fingerprint(&posting("洗碗工", ADVERT));
        let again = fingerprint(&posting("【洗碗工】", &ADVERT.replace('，', "！")));
        assert!(first.is_near(again));
        let other = "负责小区门岗值守和巡逻，登记外来车辆，做十二休二十四，要有保安员证，管宿舍，服从队长安排，\
            夜班有补贴，过了试用期上社保，年底有奖金，身体能熬夜，能说普通话。";
        assert!(!first.is_near(fingerprint(&posting("保安", other))));
    }
}
