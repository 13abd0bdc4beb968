"""The customers of the sample: company names put together from words, country by country. None exists."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """How companies are called somewhere: countries with their weights, words, trades, and a form."""

    countries: dict[str, int]
    words: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    pattern: str = "{word} {trade} {form}"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


REGIONS = (
    Region(
        {"US": 90, "CA": 24, "GB": 38, "IE": 8, "AU": 18, "NZ": 6, "ZA": 6, "SG": 8},
        _words(
            "Ashgrove Bellweather Cobbleton Dunmarrow Eastfold Fernhollow Greywick Hartsmere Ironbrook "
            "Juniper-Vale Kestrelby Larkhaven Millstone Northwater Oakenshaw Pinecrest-Bay Quarryhill "
            "Ridgefern Stonebeck Thornwick Underwell Westerlea"
        ),
        (
            "Insurance",
            "Rail Freight",
            "Hospitals",
            "Foods",
            "Utilities",
            "Aerospace",
            "Credit Union",
            "Logistics",
            "Paper",
            "University",
        ),
        ("Inc.", "Ltd", "Group"),
    ),
    Region(
        {"DE": 52, "AT": 12, "CH": 16},
        _words(
            "Adlerbach Brunnhofer Degenfeld Eschenloh Falkenried Gänswein Hüttenrauch Immergrün Kaltenbrunn "
            "Lerchenmüller Moosbrucker Nußdorfer Osterkamp Pfefferkorn Rabenstein Schönwälder "
            "Tannhäuser Überseer"
        ),
        ("Maschinenbau", "Versicherung", "Klinikum", "Stadtwerke", "Logistik", "Feinmechanik", "Verlag"),
        ("GmbH", "AG", "SE"),
    ),
    Region(
        {"FR": 40, "BE": 10, "LU": 3, "MA": 3},
        _words(
            "Aubépine Beaumanoir Charmettes Delacroisée Églantier Fontbrune Garrigues Hautecour Landrevie "
            "Montclair-sur-Loue Noisetier Orvanne Peyrolles Quatrevaux Rivesombre Tournevent"
        ),
        ("Assurances", "Transports", "Laboratoires", "Énergie", "Papeterie", "Aéronautique"),
        ("SA", "SARL", "SAS"),
    ),
    Region(
        {"ES": 26, "MX": 14, "AR": 8, "CL": 6, "CO": 6},
        _words(
            "Alcornocal Bermejales Cantarranas Doñacasilda Encinares Fuentenueva Guadalmina Hinojosa Jarales "
            "Madroñera Peñablanca Romerales Valdeolmos Zarzalejo"
        ),
        ("Seguros", "Transportes", "Alimentación", "Energía", "Hospitales", "Cerámica"),
        ("S.A.", "S.L."),
    ),
    Region(
        {"IT": 28},
        _words(
            "Altavalle Borgosesto Castelrovere Fontanabuona Montefosco Pietralunga Roccaverde "
            "Valdoro Acquachiara"
        ),
        ("Assicurazioni", "Trasporti", "Meccanica", "Tessuti", "Energia", "Farmaceutica"),
        ("S.p.A.", "S.r.l."),
    ),
    Region(
        {"PT": 10, "BR": 26},
        _words(
            "Alvorada Barranqueiro Carvalhal Figueirinha Jequitibá Laranjeiras Oliveirinha "
            "Pedra-Azul Sobreiral"
        ),
        ("Seguros", "Transportes", "Alimentos", "Energia", "Têxteis"),
        ("S.A.", "Lda."),
    ),
    Region(
        {"SE": 16, "NO": 10, "DK": 12, "FI": 10, "IS": 2},
        _words(
            "Almdalen Björkhaga Eskelund Fjordvik Granlunda Højbakke Koivuranta Lindesnäs Skogsberg Ådalen"
        ),
        ("Försäkring", "Shipping", "Energi", "Teknik", "Papper"),
        ("AB", "AS", "A/S"),
    ),
    Region(
        {"NL": 16, "PL": 14, "CZ": 8, "HU": 6, "RO": 5, "GR": 4, "TR": 6},
        _words(
            "Brzozowa Dąbrówka Havranek Kővári Lavandari Meerdijk Oosterwold Pelikánová Veldzicht Zielonka"
        ),
        ("Logistics", "Energy", "Instruments", "Foods", "Insurance"),
        ("B.V.", "Sp. z o.o.", "s.r.o."),
    ),
    Region(
        {"JP": 34},
        _words("桜井野 青葉台 白鷺 朝霧 千歳川 三ツ峰 若草 藤枝沢 松風 銀河堂"),
        ("精機", "物流", "製薬", "電力", "食品", "保険"),
        ("株式会社",),
        "{form}{word}{trade}",
    ),
    Region(
        {"CN": 22},
        _words("云栖 青岚 瑞禾 海棠湾 松鹤 明澜 竹溪 星垣"),
        ("物流", "医药", "能源", "仪器", "食品"),
        ("有限公司",),
        "{word}{trade}{form}",
    ),
    Region(
        {"TW": 10, "HK": 6},
        _words("雲棲 青嵐 瑞禾 海棠灣 松鶴 明瀾 竹溪"),
        ("物流", "醫藥", "精密", "能源"),
        ("股份有限公司",),
        "{word}{trade}{form}",
    ),
    Region(
        {"KR": 18},
        _words("새벽별 푸른솔 한울림 은하수 다온 가람 해오름"),
        ("물류", "제약", "에너지", "정밀", "식품"),
        ("주식회사",),
        "{form} {word}{trade}",
    ),
    Region(
        {"IN": 20, "AE": 6, "IL": 5, "EG": 3, "KE": 3, "NG": 3, "TH": 5, "VN": 4, "MY": 5, "PH": 4},
        _words(
            "Amberfort Banyan-Gate Cedarline Lotusreach Mangrove-Hill Palmstead Sandalport Tamarind-Row "
            "Zephyrdale"
        ),
        ("Textiles", "Shipping", "Pharma", "Power", "Foods", "Bank"),
        ("Ltd", "Pvt Ltd", "LLC"),
    ),
)


def some_companies(chance: random.Random, count: int) -> list[tuple[str, str]]:
    """``count`` different company names, each with its country's code."""
    places = [(region, country, weight) for region in REGIONS for country, weight in region.countries.items()]
    weights = [weight for _, _, weight in places]
    companies: dict[str, str] = {}
    while len(companies) < count:
        region, country, _ = chance.choices(places, weights)[0]
        name = region.pattern.format(
            word=chance.choice(region.words).replace("-", " "),
            trade=chance.choice(region.trades),
            form=chance.choice(region.forms),
        )
        companies.setdefault(name, country)
    return list(companies.items())
