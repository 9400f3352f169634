"""English words by what they tell about a phrase: closed classes, and what people, groups, places and times are called.

The lists of open classes (nouns, names, places) hold common words only; a word that is in none is of no known kind, and
the rules that use them say what they do then.
"""

from __future__ import annotations

DETERMINERS = frozenset(
    "the a an this that these those my your our his her its their some any all both each every no another several "
    "many few most which what whose".split()
)
PREPOSITIONS = frozenset(
    "in on at to from by with about for of into onto over under after before during against between among since "
    "until till through throughout across near behind beyond within without toward towards around via per than like "
    "as upon amid concerning regarding despite including besides except off inside outside above below along".split()
)
SUBORDINATORS = frozenset(
    "that if when while because before after since until till although though whether who whom which where why how "
    "what as and but or nor so than once".split()
)
QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
BE = frozenset("is are was were am isn't aren't wasn't weren't".split())
HAVE = frozenset("has have had hasn't haven't hadn't".split())
DO = frozenset("do does did don't doesn't didn't".split())
MODALS = frozenset(
    "can could will would shall should may might must can't couldn't won't wouldn't shouldn't cannot".split()
)
AUXILIARIES = BE | HAVE | DO | MODALS
PRONOUNS = frozenset(
    "i you we he she it they me us him them himself herself itself themselves myself yourself mine yours hers theirs "
    "ours anyone anybody someone somebody anything something nobody nothing everyone everybody everything none there "
    "here one ones each other".split()
)
ADVERBS = frozenset(
    "not also too still again already ever never just only now then yet once twice later earlier together else maybe "
    "perhaps exactly soon ago away back even almost about so very much more most less least well today tomorrow "
    "yesterday tonight afterwards next last instead n't is be been being first".split()
)
_NO_ADVERBS = frozenset("family rally ally july italy supply reply assembly anomaly bully jelly".split())
LEAD_INS = frozenset("and but so also ok okay well please then right alright yes no oh".split())

MALE_WORDS = frozenset(
    "mr sir lord king prince duke father brother son husband uncle man boy spokesman chairman businessman policeman "
    "congressman salesman actor waiter widower gentleman imam".split()
)
FEMALE_WORDS = frozenset(
    "mrs ms miss lady dame queen princess duchess mother sister daughter wife aunt woman girl spokeswoman chairwoman "
    "businesswoman policewoman congresswoman saleswoman actress waitress widow directress nun".split()
)
TITLES = frozenset(
    "president minister secretary chairman chairwoman chair chairperson ambassador general colonel major captain "
    "admiral mayor governor senator judge justice professor dr doctor mr mrs ms miss sir lord lady dame king queen "
    "prince princess pope chancellor premier spokesman spokeswoman spokesperson director chief envoy engineer "
    "congressman congresswoman representative commissioner sergeant lieutenant inspector coach sheikh emir sultan "
    "bishop archbishop cardinal reverend editor economist analyst author candidate leader deputy officer manager "
    "master".split()
)
PERSON_NOUNS = (
    TITLES
    | MALE_WORDS
    | FEMALE_WORDS
    | frozenset(
        "person driver pilot player singer writer artist scientist teacher student nurse victim suspect witness "
        "lawyer founder owner ceo boss head politician diplomat soldier farmer worker citizen child baby neighbour "
        "neighbor friend reporter journalist photographer official expert hero author architect builder winner "
        "successor predecessor mediator negotiator critic voter member civilian patient passenger refugee migrant "
        "protester resident prisoner visitor hostage pupil".split()
    )
)
GROUP_NOUNS = frozenset(
    "delegation government party council committee ministry department institute company firm union guild team army "
    "navy police parliament congress senate assembly court agency bank board brigade crew family group organisation "
    "organization administration cabinet commission coalition club band bureau corporation university school "
    "hospital newspaper association authority regime side opposition research nations force media "
    "press public crowd".split()
)
PLACE_NOUNS = frozenset(
    "city town village country capital state region province district harbour harbor port airport station street "
    "square island coast river sea ocean lake mountain bridge building museum hospital school theatre stadium camp "
    "cape county york kingdom states emirates".split()
)
NAMED_THINGS = frozenset(
    "bridge museum treaty sea river lake ocean street square island bay act bill agreement accord plan report times "
    "post resolution prize award tower palace station airport university institute hospital storm hurricane cape "
    "mount war festival cup league project programme program social house hall church fund index platform".split()
)
MONTHS = frozenset("january february march april may june july august september october november december".split())
DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
TIME_NOUNS = (
    MONTHS
    | DAYS
    | frozenset(
        "day week month year decade century morning afternoon evening night noon midnight weekend today yesterday "
        "tomorrow spring summer autumn winter hour minute moment christmas easter days weeks months years hours "
        "minutes".split()
    )
)
NUMBER_WORDS = frozenset(
    "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred "
    "thousand million".split()
)
IRREGULAR_PLURALS = frozenset(
    "people men women children police feet teeth mice media data fishermen spokesmen policemen talks officials".split()
)
SINGULARS_IN_S = frozenset(
    "news politics economics mathematics series species physics athletics crisis basis analysis thesis bus gas "
    "status congress process access princess business press address class loss boss virus campus".split()
)
SPEECH_VERBS = frozenset(
    "say tell write state add claim announce remark call think believe hope promise deny suggest warn know expect "
    "fear admit insist argue explain declare confirm report mention ask wonder show mean".split()
)
INALIENABLE = frozenset(
    "job life mind wife husband post seat office temper home house career child children son daughter country vote "
    "family way name leg arm hand right rights freedom title position place speech".split()
)
ADJECTIVES_OF_IT = frozenset(
    "true possible impossible likely unlikely important clear unclear known unknown necessary legal illegal expected "
    "said reported certain uncertain sure right wrong good bad hard difficult easy fair safe dangerous worth time "
    "believed thought understood agreed claimed planned correct the a an confirmed mentioned stated".split()
)

MALE_NAMES = frozenset(
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark "
    "donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary "
    "nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond "
    "patrick jack dennis jerry peter henry walter arthur joe albert vladimir ivan sergei boris barack bill bernie "
    "emmanuel jean pierre jacques louis hans karl otto heinrich henrik lars nils olaf erik sven bjorn bo antonio "
    "jose juan carlos luis miguel pedro diego mohammed muhammad ahmed ali hassan ibrahim omar imran narendra rahul "
    "amit vikram raj karel tomas pavel jan marco giovanni luca matteo hiroshi kenji xi rishi boris "
    "keir tony gordon".split()
)
FEMALE_NAMES = frozenset(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret "
    "ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura helen sharon cynthia "
    "kathleen amy angela anna ruth brenda pamela nicole katherine samantha christine emma catherine virginia rachel "
    "janet maria diane julie joyce victoria kelly christina joan evelyn olivia judith megan andrea hannah jacqueline "
    "martha gloria teresa sara janice ann alice julia grace judy sophia rose denise marilyn amber danielle brittany "
    "diana abigail jane natalie lori tammy ursula theresa hillary kamala indira benazir ingrid astrid greta marit "
    "lena elena olga natasha irina sofia ottilie francesca giulia fatima aisha priya sonia yuki mei liz nicola".split()
)
COUNTRIES = frozenset(
    "afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahamas bahrain "
    "bangladesh belarus belgium belize benin bhutan bolivia botswana brazil britain brunei bulgaria burundi cambodia "
    "cameroon canada chad chile china colombia congo croatia cuba cyprus denmark djibouti ecuador egypt england "
    "eritrea estonia eswatini ethiopia fiji finland france gabon gambia georgia germany ghana greece greenland "
    "grenada guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq ireland israel italy "
    "jamaica japan jordan kazakhstan kenya kiribati kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia "
    "libya liechtenstein lithuania luxembourg madagascar malawi malaysia maldives mali malta mauritania mauritius "
    "mexico moldova monaco mongolia montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua niger "
    "nigeria norway oman pakistan palau palestine panama paraguay peru philippines poland portugal qatar romania "
    "russia rwanda samoa scotland senegal serbia singapore slovakia slovenia somalia spain sudan suriname sweden "
    "switzerland syria taiwan tajikistan tanzania thailand togo tonga tunisia turkey turkmenistan tuvalu uganda "
    "ukraine uruguay us usa uk uzbekistan vanuatu venezuela vietnam wales yemen zambia zimbabwe kashmir europe "
    "africa asia america".split()
)
CITIES = frozenset(
    "london paris berlin madrid rome vienna washington moscow beijing tokyo delhi mumbai islamabad karachi lahore "
    "kyiv brussels geneva zurich oslo stockholm copenhagen helsinki warsaw prague budapest athens lisbon dublin "
    "edinburgh chicago boston houston dallas seattle miami toronto ottawa montreal sydney melbourne canberra cairo "
    "nairobi lagos johannesburg baghdad tehran kabul riyadh dubai doha jerusalem gaza beirut damascus ankara "
    "istanbul seoul shanghai jakarta manila bangkok hanoi havana lima bogota santiago caracas munich hamburg milan "
    "naples barcelona".split()
)


def is_adverb(word: str) -> bool:
    """Tell whether a lower-case word is an adverb, by the list or by its ending."""
    return word in ADVERBS or (word.endswith("ly") and len(word) > 4 and word not in _NO_ADVERBS)


def is_time(word: str) -> bool:
    """Tell whether a lower-case word names a time: a day, a month, a year in four digits, ..."""
    return word in TIME_NOUNS or (len(word) == 4 and word.isdigit() and word[0] in "12")


def is_plural(word: str) -> bool:
    """Tell whether a lower-case noun is a plural, by its form.

    >>> is_plural("ports"), is_plural("people"), is_plural("crisis")
    (True, True, False)
    """
    if word in IRREGULAR_PLURALS:
        return True
    return word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")) and word not in SINGULARS_IN_S
