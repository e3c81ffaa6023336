using System.Globalization;

namespace Vitrina.Simulation.Services;

/// <summary>The words of the world: cities with their centres, categories, and what an order says.</summary>
internal static class Wording
{
    private const double KilometresPerDegree = 111.2;

    private static readonly (string Name, GeoPoint Centre)[] Cities =
    [
        ("Москва", new(55.7558, 37.6173)), ("Санкт-Петербург", new(59.9386, 30.3141)), ("Казань", new(55.7963, 49.1088)), ("Екатеринбург", new(56.8389, 60.6057)),
        ("Новосибирск", new(55.0302, 82.9204)), ("Нижний Новгород", new(56.3269, 44.0059)), ("Самара", new(53.1959, 50.1002)), ("Краснодар", new(45.0355, 38.9753)),
        ("Ростов-на-Дону", new(47.2357, 39.7015)), ("Уфа", new(54.7348, 55.9578)), ("Пермь", new(58.0105, 56.2502)), ("Воронеж", new(51.6608, 39.2003)),
        ("Челябинск", new(55.1644, 61.4368)), ("Омск", new(54.9885, 73.3242)), ("Волгоград", new(48.7080, 44.5133)), ("Тюмень", new(57.1530, 65.5343)),
    ];

    private static readonly (string Name, string[] Works)[] Categories =
    [
        ("Сантехник", ["Замена смесителя", "Прочистка засора", "Установка унитаза", "Замена труб"]),
        ("Электрик", ["Замена розетки", "Монтаж проводки", "Подключение плиты", "Сборка щита"]),
        ("Репетитор английского", ["Разговорный английский", "Подготовка к экзамену", "Английский для ребёнка", "Деловой английский"]),
        ("Ремонт бытовой техники", ["Ремонт стиральной машины", "Ремонт холодильника", "Ремонт плиты", "Ремонт посудомойки"]),
        ("Уборка", ["Генеральная уборка", "Уборка после ремонта", "Мытьё окон", "Химчистка дивана"]),
        ("Маникюр", ["Маникюр с покрытием", "Педикюр", "Наращивание ногтей", "Дизайн ногтей"]),
        ("Грузоперевозки", ["Переезд квартиры", "Перевозка мебели", "Вывоз мусора", "Доставка стройматериалов"]),
        ("Плиточник", ["Плитка в ванной", "Фартук на кухне", "Укладка керамогранита", "Мозаика"]),
        ("Репетитор математики", ["Математика для школы", "Подготовка к ЕГЭ", "Высшая математика", "Олимпиадная математика"]),
        ("Мастер на час", ["Навесить полку", "Собрать шкаф", "Повесить карниз", "Починить замок"]),
        ("Парикмахер", ["Женская стрижка", "Мужская стрижка", "Окрашивание", "Свадебная причёска"]),
        ("Ремонт компьютеров", ["Чистка ноутбука", "Установка системы", "Восстановление данных", "Замена экрана"]),
    ];

    private static readonly string[] Manners = ["срочно", "с материалами", "в выходные", "с гарантией"];

    /// <summary>A city's name.</summary>
    public static string City(int city) => city < Cities.Length ? Cities[city].Name : string.Create(CultureInfo.InvariantCulture, $"Город {city + 1}");

    /// <summary>A category's name.</summary>
    public static string Category(int category) => category < Categories.Length ? Categories[category].Name : string.Create(CultureInfo.InvariantCulture, $"Услуга {category + 1}");

    /// <summary>The point so many kilometres from a city's centre.</summary>
    public static GeoPoint Point(int city, double east, double north)
    {
        // Cities beyond the named ones stand two degrees apart.
        var centre = city < Cities.Length ? Cities[city].Centre : new GeoPoint(50 + city % 8, 30 + city / 8 * 2 % 120);
        var degreesPerKilometre = 1 / (KilometresPerDegree * Math.Cos(centre.Latitude * Math.PI / 180));
        return new GeoPoint(Math.Round(centre.Latitude + north / KilometresPerDegree, 5), Math.Round(centre.Longitude + east * degreesPerKilometre, 5));
    }

    /// <summary>What an order says: the signs of its need choose the work and the manner.</summary>
    public static string Of(int category, ReadOnlySpan<double> need)
    {
        var (which, how) = (Pick(need, 0), Pick(need, 2));
        var work = category < Categories.Length ? Categories[category].Works[which] : string.Create(CultureInfo.InvariantCulture, $"{Category(category)}, вид {which + 1}");
        return $"{work}, {Manners[how]}";
    }

    private static int Pick(ReadOnlySpan<double> need, int first) =>
        (first < need.Length && need[first] > 0 ? 1 : 0) + (first + 1 < need.Length && need[first + 1] > 0 ? 2 : 0);
}
