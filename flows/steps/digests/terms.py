"""The words of the topic: the kinds of cooperation as headings, small firms, and acting together across a border.

Not the model's lexicon: the patterns only choose what is quoted from articles that the model has already chosen, so
they may be few and rough. English, with the commonest words of the other languages met in feeds.
"""

import re

KIND_HEADINGS = {
    "forum": "Forums and business matching",
    "agreement": "Agreements",
    "policy-learning": "Learning from each other’s policy",
    "finance": "Finance across borders",
    "internationalisation": "Programmes for going abroad",
    "technology": "Technology and clusters",
}  # in the order of the labelling guide
OTHER_HEADING = "Other cooperation"

SMES = re.compile(
    r"(?i)\b(?:(?:micro, )?small(?:,| and| &| or| to) medium(?:[- ]sized?)?"
    r"(?: (?:firm|business|compan|enterprise)\w*)?|m?smes?|umkm|pmes?|pymes?|kmu|"
    r"small(?:er)?[- ](?:firm|business|compan|enterprise|manufacturer|supplier|trader)\w*|start-?ups?|"
    r"mittelstand\w*|petites et moyennes entreprises|pequeñas y medianas empresas|"
    r"pequenas e médias empresas|doanh nghiệp nhỏ và vừa)\b|中小企[业業]|중소기업|المشروعات الصغيرة والمتوسطة|"
    r"малы\w{0,3} и средн\w+"
)
COOPERATION = re.compile(
    r"(?i)\b(?:(?:[\w’'-]{1,30} )?(?:co-?operation|collaboration|partnership|agreement|forum|mission|delegation|"
    r"summit|workshop|fair|pavilion|programme|program|fund|loan|guarantee|credit line|match(?:ing|making)|exchange|"
    r"joint venture|technology transfer)s?\b|memorand\w+ of understanding|mou\b|co-?operat\w*|collaborat\w*|"
    r"partner(?:s|ed|ing)?\b|jointly|joint \w+|exporters?|overseas|abroad|cross-border|coop[ée]ra\w*|"
    r"accord\w*|acuerdo\w*|acordo\w*|abkommen|hợp tác|kerja sama)|合作|協力|連携|협력|сотруднич\w*|تعاون"
)
