namespace Vitrina.Engine.Ranking;

/// <summary>A condition on an attribute: one of some values, or a range.</summary>
public sealed record AttributeCondition
{
    /// <summary>The attribute's name; <c>seller</c> and <c>item</c> stand for the item's own fields.</summary>
    public required string Attribute { get; init; }

    /// <summary>Keywords of which the item must have one; empty = a range.</summary>
    public IReadOnlyList<string> AnyOf { get; init; } = [];

    /// <summary>The least number allowed; NaN = no bound.</summary>
    public double Min { get; init; } = double.NaN;

    /// <summary>The largest number allowed; NaN = no bound.</summary>
    public double Max { get; init; } = double.NaN;

    /// <summary>The circle that a geo attribute must lie in; absent: none.</summary>
    public GeoCircle? Within { get; init; }
}

/// <summary>A circle on the Earth.</summary>
/// <param name="Latitude">Of its centre, degrees, −90 to 90.</param>
/// <param name="Longitude">Of its centre, degrees, −180 to 180.</param>
/// <param name="RadiusKm">Its radius, kilometres, above 0.</param>
public readonly record struct GeoCircle(double Latitude, double Longitude, double RadiusKm);

/// <summary>An order other than the model's.</summary>
/// <param name="By">A number attribute, or <c>newest</c>.</param>
/// <param name="IsDescending">True for the largest first.</param>
public sealed record SortOrder(string By, bool IsDescending);

/// <summary>What an answer shall explain.</summary>
/// <param name="IsOn">True: every answered item carries its explanation.</param>
/// <param name="Items">Items about which the caller asks by name, shown or not.</param>
public sealed record ExplainRequest(bool IsOn, IReadOnlyList<string> Items)
{
    /// <summary>No explanations.</summary>
    public static ExplainRequest Off { get; } = new(false, []);
}

/// <summary>One request for a ranked list (DESIGN, decision 6).</summary>
public sealed record RankRequest
{
    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface.</summary>
    public required string Surface { get; init; }

    /// <summary>The longest list that shadow mode takes: what a person is shown, not what was retrieved.</summary>
    public const int MaxShadowItems = 1_000;

    /// <summary>Who asks.</summary>
    public string? User { get; init; }

    /// <summary>The visit.</summary>
    public string? Session { get; init; }

    /// <summary>What is searched for.</summary>
    public string? Query { get; init; }

    /// <summary>What is asked with, by vector attribute; the empty name stands for the vertical's only one.</summary>
    public IReadOnlyList<KeyValuePair<string, float[]>> Vectors { get; init; } = [];

    /// <summary>Candidates given by the caller; empty = the surface's own sources.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>Conditions that every answered item meets.</summary>
    public IReadOnlyList<AttributeCondition> Filters { get; init; } = [];

    /// <summary>An order other than the model's.</summary>
    public SortOrder? Sort { get; init; }

    /// <summary>Keyword attributes whose values are counted over the candidates.</summary>
    public IReadOnlyList<string> Facets { get; init; } = [];

    /// <summary>Sections that the answer shall have beside <c>organic</c>: <c>similar</c> gives analogs where a query names one exact thing.</summary>
    public IReadOnlyList<string> Sections { get; init; } = [];

    /// <summary>Continues an earlier answer.</summary>
    public string? Cursor { get; init; }

    /// <summary>How many items to answer; absent: the surface's size.</summary>
    public int? Size { get; init; }

    /// <summary>On a surface of groups: how many of the best items of each group stand beside it.</summary>
    public int ItemsPerGroup { get; init; }

    /// <summary>Region, device, the item that <c>similar</c> starts from, and whatever else shall be recorded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Context { get; init; } = [];

    /// <summary>What to explain.</summary>
    public ExplainRequest Explain { get; init; } = ExplainRequest.Off;

    /// <summary>False answers as to an unknown user; the user is still recorded.</summary>
    public bool Personalization { get; init; } = true;

    /// <summary>Seeds everything random in the answer; absent: made from the user, the surface and the snapshot.</summary>
    public ulong? Seed { get; init; }

    /// <summary>
    /// True when <see cref="Items"/> is a list that somebody else shows: the answer is how this engine would have ordered it, the record says what was
    /// shown, and nothing is learned from it.
    /// </summary>
    public bool IsShadow { get; init; }

    /// <summary>The most items of a group that an answer shows.</summary>
    public const int MaxItemsPerGroup = 50;

    /// <summary>Refuses what only lists of groups have.</summary>
    /// <exception cref="RankRequestException">Items of groups are asked of a surface that ranks items, or too many of them.</exception>
    internal void RequireGroups(bool ranksGroups)
    {
        if (ItemsPerGroup is < 0 or > MaxItemsPerGroup || (ItemsPerGroup > 0 && !ranksGroups))
        {
            throw new RankRequestException(
                "itemsPerGroup", ranksGroups ? $"{ItemsPerGroup} is not between 0 and {MaxItemsPerGroup}" : $"the surface '{Surface}' ranks items, not groups: leave itemsPerGroup out");
        }

        if (ranksGroups && Sections.Count > 0)
        {
            throw new RankRequestException("sections", $"the surface '{Surface}' ranks groups and has no other sections: leave them out");
        }
    }

    /// <summary>Refuses what shadow mode cannot do.</summary>
    /// <exception cref="RankRequestException">There is no list, it is too long, names an item twice, or pages on.</exception>
    internal void RequireShadowList()
    {
        if (Items.Count is 0 or > MaxShadowItems)
        {
            throw new RankRequestException("items", $"mode shadow needs the list as it was shown, 1 to {MaxShadowItems} items", Items.Count == 0 ? "missing" : "too_many");
        }

        if (Cursor is not null)
        {
            throw new RankRequestException("cursor", "mode shadow takes a whole list and has no further pages", "invalid_request");
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        if (Items.FirstOrDefault(item => !known.Add(item)) is { } twice)
        {
            throw new RankRequestException("items", $"the shown list names '{twice}' twice", "duplicate_item");
        }
    }

    /// <summary>Refuses sections that no answer has.</summary>
    /// <exception cref="RankRequestException">A section is unknown.</exception>
    internal void RequireKnownSections()
    {
        if (Sections.FirstOrDefault(section => !SectionNames.Known.Contains(section)) is { } unknown)
        {
            throw new RankRequestException("sections", $"there is no section '{unknown}'; there are {string.Join(", ", SectionNames.Known)}", "unknown_section");
        }
    }

    /// <summary>The value of a context key, or null.</summary>
    public string? ContextOf(string key)
    {
        foreach (var (name, value) in Context)
        {
            if (name == key)
            {
                return value;
            }
        }

        return null;
    }
}

/// <summary>A request that cannot be answered as it is: the caller's mistake.</summary>
/// <param name="field">The field of the request.</param>
/// <param name="message">What is wrong and what would be right.</param>
/// <param name="code">A stable code.</param>
public sealed class RankRequestException(string field, string message, string code = "invalid_request") : Exception(message)
{
    /// <summary>The field of the request.</summary>
    public string Field { get; } = field;

    /// <summary>A stable code.</summary>
    public string Code { get; } = code;
}
