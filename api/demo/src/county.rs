//! The county: its towns and villages, where visitors come from, and words that any topic may use.

/// A town (읍) or township (면).
pub(crate) struct Town {
    /// Its name.
    pub(crate) name: &'static str,
    /// The key of its office in the directory.
    pub(crate) office: &'static str,
    /// How many live there, in hundreds.
    pub(crate) weight: u64,
    /// Its villages (리).
    pub(crate) villages: &'static [&'static str],
}

/// All nine.
pub(crate) const TOWNS: &[Town] = &[
    Town {
        name: "정선읍",
        office: "eup-jeongseon",
        weight: 105,
        villages: &[
            "봉양리",
            "북실리",
            "애산리",
            "덕송리",
            "회동리",
            "용탄리",
            "광하리",
            "귤암리",
            "가수리",
            "덕우리",
            "여탄리",
        ],
    },
    Town {
        name: "고한읍",
        office: "eup-gohan",
        weight: 44,
        villages: &["고한1리", "고한4리", "고한9리", "고한12리"],
    },
    Town {
        name: "사북읍",
        office: "eup-sabuk",
        weight: 50,
        villages: &["사북1리", "사북3리", "사북6리", "사북8리", "직전리"],
    },
    Town {
        name: "신동읍",
        office: "eup-sindong",
        weight: 20,
        villages: &["예미리", "조동리", "방제리", "천포리", "운치리", "고성리", "덕천리", "가사리"],
    },
    Town {
        name: "화암면",
        office: "eup-hwaam",
        weight: 15,
        villages: &["화암리", "석곡리", "호촌리", "몰운리", "건천리", "백전리", "북동리"],
    },
    Town {
        name: "남면",
        office: "eup-nam",
        weight: 24,
        villages: &["문곡리", "무릉리", "낙동리", "유평리", "광덕리"],
    },
    Town {
        name: "여량면",
        office: "eup-yeoryang",
        weight: 19,
        villages: &["여량리", "유천리", "구절리", "봉정리", "고양리"],
    },
    Town {
        name: "북평면",
        office: "eup-bukpyeong",
        weight: 24,
        villages: &["북평리", "남평리", "나전리", "장열리", "숙암리"],
    },
    Town {
        name: "임계면",
        office: "eup-imgye",
        weight: 36,
        villages: &[
            "송계리",
            "봉산리",
            "임계리",
            "반천리",
            "도전리",
            "가목리",
            "직원리",
            "낙천리",
            "용산리",
            "골지리",
            "덕암리",
        ],
    },
];

/// Where visitors come from.
pub(crate) const REGIONS: &[&str] = &[
    "서울",
    "수원",
    "원주",
    "강릉",
    "인천",
    "대전",
    "부산",
    "춘천",
    "성남",
    "고양",
    "용인",
    "대구",
    "청주",
    "천안",
    "동해",
    "태백",
    "영월",
    "제천",
    "안양",
    "부천",
    "광주",
    "전주",
    "울산",
    "창원",
    "포항",
    "남양주",
    "평택",
    "세종",
    "속초",
    "삼척",
];

pub(crate) const TRADES: &[&str] = &[
    "작은 식당을",
    "배추 농사를",
    "민박을",
    "옷 가게를",
    "화물 운송을",
    "사과 농사를",
    "미용실을",
    "슈퍼를",
    "건설 일을",
    "더덕 농사를",
    "감자 농사를",
    "펜션을",
    "떡집을",
    "철물점을",
    "옥수수 농사를",
    "세탁소를",
    "택시 운전을",
];

/// With whom people live: women and men; under 30, under 60, and older.
pub(crate) const FAMILIES: [[&[&str]; 3]; 2] = [
    [
        &["부모님과", "동생과", "할머니와", "언니와", "어머니와"],
        &["남편과", "노모와", "세 아이와", "부모님과", "남편, 두 자녀와", "시부모님과", "딸과", "여동생과"],
        &["남편과", "노모와", "손주와", "아들 내외와", "시어머니와", "딸과", "언니와"],
    ],
    [
        &["부모님과", "동생과", "할머니와", "형과", "아버지와"],
        &["아내와", "노모와", "세 아이와", "부모님과", "아내, 두 자녀와", "장모님과", "아들과", "동생과"],
        &["아내와", "노모와", "손주와", "아들 내외와", "장모님과", "딸과", "형님과"],
    ],
];

/// Moments shortly before a call.
pub(crate) const SINCE: &[&str] = &["조금 전", "한 시간 전", "30분 전", "어젯밤", "오늘 아침", "두 시간 전"];

/// How visitors come.
pub(crate) const WAYS: &[&str] =
    &["기차로", "자가용으로", "시외버스로", "관광버스로", "자전거로", "오토바이로", "캠핑카로"];

/// What there is to see in the mountains, by season from winter on.
pub(crate) const BLOOMS: [&[&str]; 4] = [
    &["상고대", "눈꽃", "새벽 일출", "설경"],
    &["야생화", "진달래", "새벽 일출", "철쭉"],
    &["야생화", "운해", "새벽 일출", "계곡"],
    &["억새", "단풍", "운해", "억새 노을"],
];

pub(crate) const TRIES: &[&str] =
    &["두 번", "세 차례", "여러 번", "세 번", "네댓 번", "다섯 번", "두세 차례", "서너 번"];

pub(crate) const ABSENCES: &[&str] = &[
    "출장 중",
    "회의 중",
    "현장 점검 중",
    "연가",
    "교육 중",
    "통화 중",
    "외근 중",
    "민원 상담 중",
    "병가",
    "점검 출장 중",
];

pub(crate) const WRONG_NUMBERS: &[&str] =
    &["군청", "병원", "은행", "택배 회사", "학교", "보험사", "음식점", "이삿짐센터", "부동산", "주유소"];

pub(crate) const WEEKDAYS: [&str; 5] = ["월요일", "화요일", "수요일", "목요일", "금요일"];

pub(crate) const FAMILY_NAMES: &[(&str, u64)] = &[
    ("김", 215),
    ("이", 147),
    ("박", 84),
    ("최", 47),
    ("정", 43),
    ("강", 23),
    ("조", 21),
    ("윤", 21),
    ("장", 20),
    ("임", 17),
    ("한", 15),
    ("오", 15),
    ("서", 15),
    ("신", 15),
    ("권", 14),
    ("황", 14),
    ("안", 14),
    ("송", 14),
    ("전", 13),
    ("홍", 11),
    ("유", 13),
    ("고", 9),
    ("문", 9),
    ("양", 9),
    ("손", 9),
    ("배", 8),
    ("백", 8),
    ("허", 7),
    ("남", 6),
    ("심", 5),
    ("노", 5),
    ("하", 4),
    ("곽", 4),
    ("성", 4),
    ("차", 4),
    ("주", 4),
    ("우", 4),
    ("구", 4),
    ("나", 3),
    ("민", 3),
    ("엄", 3),
    ("지", 3),
];

/// First and second syllables of given names: women and men, older (over 60) and younger.
pub(crate) const GIVEN_NAMES: [[(&[&str], &[&str]); 2]; 2] = [
    [
        (
            &["영", "정", "순", "옥", "명", "미", "경", "복", "금", "춘", "말", "은"],
            &["자", "숙", "순", "희", "옥", "례", "임", "분", "녀", "애"],
        ),
        (
            &["지", "수", "민", "서", "은", "혜", "유", "미", "소", "현", "예", "선"],
            &["연", "영", "정", "진", "희", "은", "아", "경", "미", "원"],
        ),
    ],
    [
        (
            &["영", "종", "상", "병", "춘", "기", "태", "광", "만", "용", "재", "창"],
            &["수", "호", "철", "식", "근", "환", "섭", "복", "길", "석"],
        ),
        (
            &["민", "성", "준", "동", "현", "지", "상", "재", "태", "승", "진", "우"],
            &["호", "우", "혁", "석", "수", "훈", "민", "준", "현", "규"],
        ),
    ],
];
