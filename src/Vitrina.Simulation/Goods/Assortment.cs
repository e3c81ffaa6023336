namespace Vitrina.Simulation.Goods;

/// <summary>The kinds of goods the world can sell: nouns, brands, product lines, features and usual prices.</summary>
internal static class Assortment
{
    private const string Electronics = "Электроника";
    private const string Appliances = "Бытовая техника";
    private const string Clothes = "Одежда";
    private const string Shoes = "Обувь";
    private const string Home = "Дом и интерьер";
    private const string Children = "Детские товары";
    private const string Beauty = "Красота и здоровье";
    private const string Sport = "Спорт и отдых";
    private const string Tools = "Авто и инструменты";

    private const string Phones = "Xiaomi,Samsung,Honor,Apple,Realme,Huawei,Tecno,Infinix,Vivo";
    private const string Computers = "Lenovo,ASUS,Acer,HP,MSI,Huawei,Apple,Digma,Maibenben";
    private const string Sound = "JBL,Sony,Xiaomi,Honor,Marshall,Anker,Sennheiser,Hoco,Realme,Philips";
    private const string Peripherals = "Logitech,A4Tech,Razer,Defender,HP,Redragon,Genius,Oklick";
    private const string Kitchen = "Bosch,Philips,Redmond,Polaris,Kitfort,Tefal,Braun,Vitek,Scarlett,Xiaomi";
    private const string BigAppliances = "LG,Samsung,Bosch,Haier,Indesit,Candy,Beko,Gorenje,Midea";
    private const string Fashion = "Befree,Sela,Gloria Jeans,Zarina,Ostin,Concept Club,Finn Flare,Mango,Tom Tailor,Levis";
    private const string SportFashion = "Nike,Adidas,Puma,Reebok,Demix,Asics,New Balance,Fila,Skechers,Salomon";
    private const string Footwear = "Ralf Ringer,Ecco,Rieker,Kari,Tamaris,Mascotte,Caprice,Salamander";
    private const string Textile = "Аскона,Василиса,Мона Лиза,Самойловский текстиль,Ikea,Togas,Sonno,Вселенная текстиля";
    private const string Cookware = "Tefal,Нева,Kukmara,Vitesse,Rondell,Мечта,Fissman,Gipfel";
    private const string Furniture = "Метта,Бюрократ,Ikea,Hoff,Chairman,Столплит,Шатура,Woodville";
    private const string Toys = "Lego,Mattel,Hasbro,Полесье,Бондибон,Sluban,Весна,Simba";
    private const string Baby = "Chicco,Cybex,Happy Baby,Rant,Smart Travel,Peg Perego,Carrello,Bebetto";
    private const string Cosmetics = "Loreal,Garnier,Nivea,Natura Siberica,Чистая линия,Vichy,Librederm,Maybelline,Lancome";
    private const string Outdoor = "Stels,Forward,Stern,Outventure,Nordway,Atemi,Torneo,Larsen,Bradex";
    private const string Power = "Makita,Bosch,Интерскол,Зубр,DeWalt,Metabo,Deko,Patriot,Ресанта";

    private static readonly TypeTemplate[] Raw =
    [
        New(Electronics, "Смартфон", Gender.Masculine, 25_000, Phones, "смартфон|телефон|смартфон недорого", "Note,Nova,Galaxy,Redmi", "##,@##,## Pro", "64 ГБ|128 ГБ|256 ГБ|512 ГБ"),
        New(Electronics, "Наушники беспроводные", Gender.Plural, 3_500, Sound, "беспроводные наушники|наушники bluetooth|наушники беспроводные", "Tune,Live,Wave,Buds", "###BT,@##,##NC", "с микрофоном|с шумоподавлением|"),
        New(Electronics, "Ноутбук", Gender.Masculine, 65_000, Computers, "ноутбук|ноутбук для работы|игровой ноутбук", "IdeaPad,VivoBook,Aspire,Pavilion", "@##,##@@##,@###", "8/256 ГБ|16/512 ГБ|32/1000 ГБ"),
        New(Electronics, "Умные часы", Gender.Plural, 6_000, Phones, "умные часы|смарт часы|часы смарт", "Watch,Band,Fit", "@#,#,# Pro", "с GPS|с NFC|"),
        New(Electronics, "Телевизор", Gender.Masculine, 38_000, BigAppliances, "телевизор|смарт телевизор|телевизор 4k", "", "##@@####,@@##@@", "43 дюйма|50 дюймов|55 дюймов|65 дюймов"),
        New(Electronics, "Колонка портативная", Gender.Feminine, 4_500, Sound, "колонка|портативная колонка|bluetooth колонка", "Flip,Charge,Go,Boom", "#,@##", "20 Вт|30 Вт|с подсветкой"),
        New(Electronics, "Планшет", Gender.Masculine, 22_000, Phones, "планшет|планшет для учебы", "Pad,Tab", "#,@#,## SE", "64 ГБ|128 ГБ|256 ГБ"),
        New(Electronics, "Мышь беспроводная", Gender.Feminine, 1_500, Peripherals, "мышка|мышь беспроводная|мышка для компьютера", "", "@###,@@-##,G###", "бесшумная|1600 DPI|с подсветкой"),
        New(Electronics, "Клавиатура", Gender.Feminine, 2_500, Peripherals, "клавиатура|механическая клавиатура", "", "@###,@@-##,K###", "мембранная|механическая|с подсветкой"),
        New(Electronics, "Монитор", Gender.Masculine, 18_000, Computers, "монитор|монитор 27|монитор для компьютера", "", "##@@###,@@##@", "24 дюйма|27 дюймов|32 дюйма"),
        New(Electronics, "Внешний аккумулятор", Gender.Masculine, 1_800, Sound, "пауэрбанк|внешний аккумулятор|повербанк", "", "@@##,P##", "10000 мАч|20000 мАч|30000 мАч"),
        New(Appliances, "Робот-пылесос", Gender.Masculine, 22_000, "Xiaomi,Dreame,Roborock,Polaris,Redmond,Kitfort,iRobot,Tefal", "робот пылесос|робот-пылесос|моющий робот пылесос", "", "S##+,@#,@## Pro", "с влажной уборкой|со станцией|"),
        New(Appliances, "Чайник электрический", Gender.Masculine, 2_500, Kitchen, "чайник|чайник электрический|электрочайник", "", "@@-####,@##", "1.7 л|1.5 л|2 л"),
        New(Appliances, "Кофемашина", Gender.Feminine, 35_000, "DeLonghi,Philips,Krups,Bosch,Jura,Polaris,Saeco", "кофемашина|кофемашина автоматическая|кофе машина", "Magnifica,Essenza,Barista", "@@##.###,@@####", "с капучинатором|"),
        New(Appliances, "Микроволновая печь", Gender.Feminine, 9_000, BigAppliances, "микроволновка|микроволновая печь|свч печь", "", "@@-##@##,@@###", "20 л|23 л|с грилем"),
        New(Appliances, "Утюг", Gender.Masculine, 3_500, Kitchen, "утюг|утюг с паром", "", "@@-####,@@##", "2400 Вт|2800 Вт|3000 Вт"),
        New(Appliances, "Фен", Gender.Masculine, 2_800, Kitchen, "фен|фен для волос|профессиональный фен", "", "@@-####,@@##", "2000 Вт|2200 Вт|с диффузором"),
        New(Appliances, "Мультиварка", Gender.Feminine, 6_500, Kitchen, "мультиварка|мультиварка скороварка", "", "@@-@##,@@-####", "5 л|4 л|6 л"),
        New(Appliances, "Стиральная машина", Gender.Feminine, 32_000, BigAppliances, "стиральная машина|стиралка|стиральная машинка", "", "@@#####,@@-##@", "6 кг|7 кг|8 кг"),
        New(Clothes, "Футболка", Gender.Feminine, 1_200, Fashion, "футболка|футболка оверсайз|майка футболка", "Basic,Urban,Soft,Line", "", "из хлопка|оверсайз|", "XS,S,M,L,XL,XXL", true),
        New(Clothes, "Джинсы", Gender.Plural, 3_500, Fashion, "джинсы|джинсы прямые|джинсы широкие", "Slim,Mom,Straight,Wide", "###", "", "26,28,30,32,34,36", true),
        New(Clothes, "Куртка", Gender.Feminine, 6_500, Fashion, "куртка|куртка зимняя|куртка с капюшоном", "Arctic,City,Trek", "##", "с капюшоном|", "S,M,L,XL,XXL", true),
        New(Clothes, "Платье", Gender.Neuter, 3_200, Fashion, "платье|платье летнее|платье вечернее", "Elle,Muse,Lira,Vesna", "##", "миди|макси|мини", "40,42,44,46,48,50"),
        New(Clothes, "Худи", Gender.Neuter, 2_900, SportFashion, "худи|толстовка|худи с капюшоном", "Essential,Street,Club", "##", "с начёсом|оверсайз|", "S,M,L,XL", true),
        New(Clothes, "Пальто", Gender.Neuter, 9_000, Fashion, "пальто|пальто шерстяное", "Nord,Opera,Milan", "##", "из шерсти|", "42,44,46,48,50", true),
        New(Clothes, "Носки", Gender.Plural, 400, SportFashion, "носки|набор носков|носки хлопок", "Daily,Crew,Run", "", "3 пары|5 пар|10 пар", "36-39,40-43,44-46", true),
        New(Shoes, "Кроссовки", Gender.Plural, 6_000, SportFashion, "кроссовки|кроссовки для бега|беговые кроссовки", "Air Zoom,Runfalcon,Classic,Gel,Street", "##,#.0", "", "36,37,38,39,40,41,42,43,44,45", true),
        New(Shoes, "Ботинки", Gender.Plural, 6_500, Footwear, "ботинки|ботинки зимние|ботинки кожаные", "Trek,Alpin,Denver", "###", "из кожи|на меху|", "37,38,39,40,41,42,43,44", true),
        New(Shoes, "Сапоги", Gender.Plural, 7_500, Footwear, "сапоги|сапоги зимние", "Roma,Verona,Nika", "###", "из кожи|на меху|", "36,37,38,39,40", false),
        New(Shoes, "Тапочки", Gender.Plural, 900, Footwear, "тапочки|тапочки домашние|тапки", "Уют,Комфорт,Soft", "", "из войлока|", "36-37,38-39,40-41,42-43", true),
        New(Home, "Подушка", Gender.Feminine, 1_500, Textile, "подушка|подушка для сна|ортопедическая подушка", "Сон,Облако,Comfort,Classic", "##", "50x70 см|70x70 см"),
        New(Home, "Одеяло", Gender.Neuter, 2_800, Textile, "одеяло|одеяло теплое|одеяло 2 спальное", "Зима,Лето,Бамбук,Comfort", "##", "140x205 см|172x205 см|200x220 см"),
        New(Home, "Комплект постельного белья", Gender.Masculine, 3_500, Textile, "комплект постельного белья|постельное белье|постельное белье евро", "Сатин,Перкаль,Жаккард", "###", "1.5-спальный|2-спальный|евро"),
        New(Home, "Сковорода", Gender.Feminine, 2_200, Cookware, "сковорода|сковородка|сковорода с крышкой", "Granit,Classic,Titan,Home", "##@,###", "24 см|26 см|28 см|с крышкой"),
        New(Home, "Кастрюля", Gender.Feminine, 2_600, Cookware, "кастрюля|кастрюля с крышкой", "Steel,Classic,Home", "##@,###", "2 л|3 л|5 л"),
        New(Home, "Полотенце", Gender.Neuter, 700, Textile, "полотенце|полотенце банное|махровое полотенце", "Spa,Волна,Classic", "##", "50x90 см|70x140 см"),
        New(Home, "Лампа настольная", Gender.Feminine, 2_400, "Xiaomi,Ikea,Эра,Camelion,Gauss,Feron,Philips", "настольная лампа|лампа настольная|светильник настольный", "", "@@##,@-###", "10 Вт|с зажимом|"),
        New(Home, "Кресло офисное", Gender.Neuter, 11_000, Furniture, "офисное кресло|компьютерное кресло|кресло", "", "@@-###,CH-###", "с подголовником|"),
        New(Home, "Шкаф", Gender.Masculine, 14_000, Furniture, "шкаф|шкаф для одежды|шкаф купе", "Лайт,Прага,Бергамо", "##", "2-дверный|3-дверный|с зеркалом"),
        New(Children, "Коляска", Gender.Feminine, 24_000, Baby, "коляска|коляска прогулочная|детская коляска", "Vento,Roma,Urban", "#,## @", "2 в 1|3 в 1|"),
        New(Children, "Конструктор", Gender.Masculine, 2_600, Toys, "конструктор|лего|конструктор для мальчика", "City,Technic,Creator", "#####,####", "", hasColour: false),
        New(Children, "Кукла", Gender.Feminine, 1_800, Toys, "кукла|кукла для девочки", "Алиса,Bella,Мила", "##", "30 см|40 см|", hasColour: false),
        New(Children, "Самокат", Gender.Masculine, 4_500, Baby, "самокат|самокат детский|трюковой самокат", "", "@@-##,@###", "3-колёсный|до 100 кг|"),
        New(Children, "Автокресло", Gender.Neuter, 12_000, Baby, "автокресло|детское автокресло", "Safe,Comfort,Iso", "@#,##", "9-36 кг|0-18 кг|с Isofix"),
        New(Beauty, "Шампунь", Gender.Masculine, 600, Cosmetics, "шампунь|шампунь для волос", "Repair,Волюм,Aqua", "", "250 мл|400 мл|750 мл", hasColour: false),
        New(Beauty, "Крем для лица", Gender.Masculine, 1_100, Cosmetics, "крем для лица|увлажняющий крем|крем", "Aqua,Lift,Vita,Derma", "##", "50 мл|30 мл|", hasColour: false),
        New(Beauty, "Парфюмерная вода", Gender.Feminine, 4_200, "Lancome,Dior,Chanel,Hugo Boss,Versace,Brocard,Faberlic", "духи|парфюм|парфюмерная вода", "Noir,Bloom,Intense,Light", "", "30 мл|50 мл|100 мл", hasColour: false),
        New(Beauty, "Помада", Gender.Feminine, 900, Cosmetics, "помада|матовая помада", "Matte,Color Riche,Velvet", "##,###", ""),
        New(Sport, "Велосипед", Gender.Masculine, 23_000, Outdoor, "велосипед|горный велосипед|велосипед взрослый", "Navigator,Trail,Pilot", "###,##@", "26 дюймов|27.5 дюйма|29 дюймов"),
        New(Sport, "Палатка", Gender.Feminine, 7_000, Outdoor, "палатка|палатка туристическая|палатка 4 местная", "Camper,Dome,Trek", "#", "2-местная|3-местная|4-местная"),
        New(Sport, "Гантели", Gender.Plural, 2_400, Outdoor, "гантели|гантели разборные", "", "@@-##", "2x3 кг|2x5 кг|2x10 кг"),
        New(Sport, "Рюкзак", Gender.Masculine, 3_200, SportFashion, "рюкзак|рюкзак городской|рюкзак для ноутбука", "Urban,Trek,School", "##", "20 л|25 л|40 л"),
        New(Sport, "Коврик для йоги", Gender.Masculine, 1_500, Outdoor, "коврик для йоги|коврик для фитнеса", "Zen,Balance", "##", "6 мм|8 мм|10 мм"),
        New(Tools, "Дрель", Gender.Feminine, 5_200, Power, "дрель|дрель ударная", "", "@@####,@@-###", "600 Вт|750 Вт|900 Вт", hasColour: false),
        New(Tools, "Шуруповёрт", Gender.Masculine, 6_000, Power, "шуруповерт|шуруповерт аккумуляторный", "", "@@###,@@-##", "12 В|18 В|21 В", hasColour: false),
        New(Tools, "Видеорегистратор", Gender.Masculine, 5_500, "70mai,Xiaomi,Artway,Neoline,Roadgid,Playme", "видеорегистратор|регистратор в машину", "", "@###,A###,X#", "с GPS|Full HD|4K", hasColour: false),
    ];

    /// <summary>Templates in an order that goes through the departments in turn, so that a small world still has several.</summary>
    public static IReadOnlyList<TypeTemplate> Templates { get; } = InTurns(Raw);

    /// <summary>Colours in dictionary form (masculine), most usual first.</summary>
    public static IReadOnlyList<string> Colours { get; } =
        ["чёрный", "белый", "серый", "синий", "красный", "бежевый", "зелёный", "розовый", "голубой", "коричневый", "жёлтый", "рыжий", "хаки"];

    /// <summary>For whom a thing is, in dictionary form.</summary>
    public static IReadOnlyList<string> Audiences { get; } = ["мужской", "женский", "детский"];

    /// <summary>Qualifiers that make further types out of a template, in dictionary form.</summary>
    public static IReadOnlyList<string> Qualifiers { get; } = ["лёгкий", "прочный", "складной", "дорожный"];

    /// <summary>Regions of buyers with their share of the population.</summary>
    public static IReadOnlyList<(string Name, double Share)> Regions { get; } =
    [
        ("Москва", 0.30), ("Санкт-Петербург", 0.14), ("Новосибирск", 0.08), ("Екатеринбург", 0.08), ("Казань", 0.08), ("Нижний Новгород", 0.06),
        ("Краснодар", 0.06), ("Самара", 0.05), ("Ростов-на-Дону", 0.05), ("Уфа", 0.04), ("Пермь", 0.03), ("Владивосток", 0.03),
    ];

    /// <summary>The largest number of types the grammar can name.</summary>
    public static int MaximumTypeCount => Templates.Count * (Qualifiers.Count + 1);

    private static TypeTemplate New(
        string department, string title, Gender gender, double price, string brands, string queries, string lines, string codes, string features,
        string sizes = "", bool hasAudience = false, bool hasColour = true) => new()
        {
            Department = department,
            Title = title,
            Gender = gender,
            MedianPrice = price,
            Brands = Split(brands, ','),
            Queries = Split(queries, '|'),
            Lines = Split(lines, ','),
            Codes = Split(codes, ','),
            Features = features.Length == 0 ? [] : features.Split('|'),
            Sizes = Split(sizes, ','),
            HasAudience = hasAudience,
            HasColour = hasColour,
        };

    private static string[] Split(string text, char separator) => text.Split(separator, StringSplitOptions.RemoveEmptyEntries);

    private static TypeTemplate[] InTurns(TypeTemplate[] templates)
    {
        var departments = templates.GroupBy(template => template.Department).Select(group => group.ToArray()).ToArray();
        int longest = departments.Max(group => group.Length);
        var ordered = new List<TypeTemplate>(templates.Length);
        for (int round = 0; round < longest; round++)
        {
            foreach (TypeTemplate[] department in departments)
            {
                if (round < department.Length)
                {
                    ordered.Add(department[round]);
                }
            }
        }

        return [.. ordered];
    }
}
