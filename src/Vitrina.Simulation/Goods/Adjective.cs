namespace Vitrina.Simulation.Goods;

/// <summary>Agreement of Russian adjectives in the nominative.</summary>
/// <remarks>
/// Covers the regular declensions: hard (белый), stressed ending (голубой), stems in к, г, х (мягкий), in ж, ш, щ, ч (рыжий) and soft (синий).
/// A word with another ending (хаки) does not change.
/// </remarks>
internal static class Adjective
{
    private const string Velars = "кгх";
    private const string Sibilants = "жшщч";

    /// <summary>The form of an adjective that agrees with a noun of the gender.</summary>
    /// <param name="dictionaryForm">Masculine singular, lower case.</param>
    /// <param name="gender">The noun's gender, or plural.</param>
    public static string Agree(string dictionaryForm, Gender gender)
    {
        if (gender == Gender.Masculine || dictionaryForm.Length < 4)
        {
            return dictionaryForm;
        }

        string ending = dictionaryForm[^2..];
        string stem = dictionaryForm[..^2];
        char last = stem[^1];
        bool isVelar = Velars.Contains(last, StringComparison.Ordinal);
        bool isSibilant = Sibilants.Contains(last, StringComparison.Ordinal);
        return ending switch
        {
            "ый" => stem + Hard(gender, "ые"),
            "ой" => stem + Hard(gender, isVelar || isSibilant ? "ие" : "ые"),
            "ий" when isVelar => stem + Hard(gender, "ие"),
            "ий" when isSibilant => stem + gender switch { Gender.Feminine => "ая", Gender.Neuter => "ее", _ => "ие" },
            "ий" => stem + gender switch { Gender.Feminine => "яя", Gender.Neuter => "ее", _ => "ие" },
            _ => dictionaryForm,
        };
    }

    private static string Hard(Gender gender, string plural) => gender switch
    {
        Gender.Feminine => "ая",
        Gender.Neuter => "ое",
        _ => plural,
    };
}
