using System.Collections.Frozen;

namespace Vitrina.Engine.Language;

/// <summary>A unit of measurement in the one spelling that is indexed.</summary>
/// <param name="Canonical">The spelling in terms: <c>ml</c>.</param>
/// <param name="NeedsContact">Whether the unit counts only when it touches its number, because it is also a word or a letter: "12в", but not "12 в комплекте".</param>
/// <param name="IsOftenOmitted">Whether people write the number alone ("iphone 128"), so that the number is also a term of its own.</param>
internal readonly record struct Unit(string Canonical, bool NeedsContact, bool IsOftenOmitted);

/// <summary>Knows the Russian and English spellings of the units that goods are sold by.</summary>
internal static class Units
{
    private static readonly FrozenDictionary<string, Unit> Table = Build();

    private static readonly FrozenDictionary<string, Unit>.AlternateLookup<ReadOnlySpan<char>> Spellings =
        Table.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Finds the unit of a folded word.</summary>
    public static bool TryFind(ReadOnlySpan<char> word, out Unit unit) => Spellings.TryGetValue(word, out unit);

    private static FrozenDictionary<string, Unit> Build()
    {
        var table = new Dictionary<string, Unit>(StringComparer.Ordinal);
        Add("ml", "мл ml миллилитр миллилитра миллилитров milliliter milliliters");
        Add("l", "л l литр литра литров liter liters litre litres");
        Add("g", "г гр g gr грамм грамма граммов gram grams");
        Add("kg", "кг kg килограмм килограмма килограммов kilogram kilograms");
        Add("mg", "мг mg миллиграмм");
        Add("mcg", "мкг mcg");
        Add("mm", "мм mm миллиметр миллиметра миллиметров");
        Add("cm", "см cm сантиметр сантиметра сантиметров");
        Add("m", "м m метр метра метров meter meters metre metres");
        Add("km", "км km");
        Add("um", "мкм μm um");
        Add("m2", "м2 m2 квм");
        Add("m3", "м3 m3");
        Add("mm2", "мм2 mm2");
        Add("cm2", "см2 cm2");
        Add("pcs", "шт штук штуки штука pcs pc piece pieces");
        Add("pack", "уп упак упаковка упаковки упаковок pack packs");
        Add("pair", "пар пара пары pair pairs");
        Add("kw", "квт kw");
        Add("mhz", "мгц mhz");
        Add("ghz", "ггц ghz");
        Add("hz", "гц hz");
        Add("ft", "ft feet foot");
        Add("oz", "oz ounce ounces");
        Add("lb", "lb lbs pound pounds");
        Add("gal", "gal gallon gallons");
        Add("den", "den ден");
        Add("%", "% процент процента процентов percent");
        Add("w", "вт w ватт watt watts", isOftenOmitted: true);
        Add("mah", "мач mah", isOftenOmitted: true);
        Add("gb", "гб gb", isOftenOmitted: true);
        Add("tb", "тб tb", isOftenOmitted: true);
        Add("mb", "мб mb", isOftenOmitted: true);
        Add("in", "дюйм дюйма дюймов дюймовый inch inches ″", isOftenOmitted: true);
        Add("v", "вольт volt volts");
        Add("v", "в v", needsContact: true);
        Add("a", "а a", needsContact: true);
        return table.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(string canonical, string spellings, bool needsContact = false, bool isOftenOmitted = false)
        {
            foreach (var spelling in spellings.Split(' '))
            {
                table.Add(spelling, new Unit(canonical, needsContact, isOftenOmitted));
            }
        }
    }
}
