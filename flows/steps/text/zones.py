"""Words that dates are written with: zone abbreviations, and months in the languages of our feeds.

feedparser reads an abbreviation it does not know as UTC, which puts a story from Tokyo nine hours late. Where one
abbreviation has several meanings we take the one RFC 822 fixes (CST, EST, ...), else the one with the most feeds: IST
is India, BST is Britain.
"""

MINUTES_EAST = {  # zone abbreviation -> minutes east of Greenwich
    **dict.fromkeys(("UT", "UTC", "GMT", "Z", "WET", "UCT", "ZULU", "AZOST"), 0),
    # RFC 822, 5.1
    **{"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420},
    # The Americas beyond RFC 822
    **{"AKST": -540, "AKDT": -480, "HST": -600, "AST": -240, "ADT": -180, "NST": -210, "NDT": -150},
    **{"BRT": -180, "BRST": -120, "ART": -180, "CLT": -240, "CLST": -180, "COT": -300, "PET": -300, "UYT": -180},
    **{"VET": -240, "BOT": -240, "ECT": -300, "PYT": -240},
    # Europe
    **{"WEST": 60, "BST": 60, "CET": 60, "MEZ": 60, "MET": 60, "CEST": 120, "MESZ": 120, "MEST": 120},
    **{"EET": 120, "EEST": 180, "MSK": 180, "MSD": 240, "TRT": 180, "SAMT": 240, "YEKT": 300, "NOVT": 420},
    # Africa and the Middle East
    **{"WAT": 60, "CAT": 120, "SAST": 120, "EAT": 180, "IDT": 180, "IRST": 210, "GST": 240, "AZT": 240, "AMT": 240},
    # Asia
    **{"PKT": 300, "UZT": 300, "IST": 330, "SLST": 330, "NPT": 345, "BDT": 360, "BTT": 360, "MMT": 390},
    **{"ICT": 420, "WIB": 420, "HOVT": 420, "KRAT": 420, "SGT": 480, "HKT": 480, "MYT": 480, "PHT": 480, "PHST": 480},
    **{
        "WITA": 480,
        "ULAT": 480,
        "BNT": 480,
        "IRKT": 480,
        "AWST": 480,
        "JST": 540,
        "KST": 540,
        "WIT": 540,
        "TLT": 540,
    },
    **{"VLAT": 600},
    # Oceania
    **{"ACST": 570, "ACDT": 630, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "FJT": 720, "PGT": 600},
}

_MONTH_WORDS = (  # one row a month; English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Indonesian
    "jan january januar jän jänner janvier janv ene enero gen gennaio janeiro januari sty stycznia",
    "feb february februar févr fév février febrero febbraio fev fevereiro februari lut lutego",
    "mar march mär märz mrz mars marzo março mrt maart marca maret",
    "apr april avr avril abr abril aprile kwi kwietnia",
    "may mai mayo mag maggio maio mei maja",
    "jun june juni juin junio giu giugno junho cze czerwca",
    "jul july juli juil juillet julio lug luglio julho lip lipca",
    "aug august août aoû ago agosto augustus sie sierpnia agu agustus",
    "sep sept september septembre septiembre set settembre setembro wrz września",
    "oct october okt oktober octobre octubre ott ottobre out outubro paź października",
    "nov november novembre noviembre novembro lis listopada",
    "dec december dez dezember déc décembre dic diciembre dicembre dezembro gru grudnia des desember",
)
MONTHS = {word: number for number, words in enumerate(_MONTH_WORDS, start=1) for word in words.split()}
