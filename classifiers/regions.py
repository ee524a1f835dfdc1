"""Parts of the world by which the model is tested: does it work where it has seen no example?"""

_CODES = {
    "Japan": "JP",
    "China": "CN HK TW MO",
    "ASEAN": "BN ID KH LA MM MY PH SG TH TL VN",
    "South Asia": "AF BD BT IN LK MV NP PK",
    "Europe": "AD AL AT BA BE BG BY CH CY CZ DE DK EE ES EU FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL "
    "NO PL PT RO RS RU SE SI SK SM UA XK",
    "Africa": "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ "
    "NA NE NG RW SC SD SL SN SO SS ST SZ TD TG TN TZ UG ZA ZM ZW",
    "Americas": "AG AR BB BO BR BS BZ CA CL CO CR CU DM DO EC GD GT GY HN HT JM KN LC MX NI PA PE PR PY SR SV TT US "
    "UY VC VE",
    "Middle East": "AE BH IL IQ IR JO KW LB OM PS QA SA SY TR YE",
}
REGIONS = {name: frozenset(codes.split()) for name, codes in _CODES.items()}
