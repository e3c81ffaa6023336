namespace Vitrina.Simulation.Goods;

/// <summary>What the grammar knows of one kind of goods.</summary>
internal sealed record TypeTemplate
{
    public required string Department { get; init; }

    /// <summary>The noun phrase that begins a title: "Наушники беспроводные".</summary>
    public required string Title { get; init; }

    public required Gender Gender { get; init; }

    /// <summary>Median price of the type, roubles.</summary>
    public required double MedianPrice { get; init; }

    public required IReadOnlyList<string> Brands { get; init; }

    /// <summary>What people type when they want it, most usual first; unique over all templates.</summary>
    public required IReadOnlyList<string> Queries { get; init; }

    /// <summary>Product line names; empty when a model is only a code.</summary>
    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>Patterns of model codes: # is a digit, @ a Latin letter; empty when a model is only a line name.</summary>
    public required IReadOnlyList<string> Codes { get; init; }

    /// <summary>Phrases that need no agreement: "с шумоподавлением", "128 ГБ".</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>Sizes, or empty.</summary>
    public required IReadOnlyList<string> Sizes { get; init; }

    /// <summary>Whether a title says for whom the thing is: "мужские".</summary>
    public bool HasAudience { get; init; }

    /// <summary>Whether a title names a colour.</summary>
    public bool HasColour { get; init; } = true;
}
