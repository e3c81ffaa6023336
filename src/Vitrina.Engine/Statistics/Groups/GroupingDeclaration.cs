using System.Globalization;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Statistics.Groups;

/// <summary>One way to divide a vertical's items into groups that can be recommended: by the values of a keyword attribute.</summary>
internal sealed record GroupingDeclaration
{
    /// <summary>Ordinals of groups as candidates begin here, far behind those of items.</summary>
    public const int FirstOrdinal = 1 << 30;

    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The attribute.</summary>
    public required string Attribute { get; init; }

    /// <summary>The attribute's keyword slot.</summary>
    public required int Slot { get; init; }

    /// <summary>Keyword slots of the attributes above it, the nearest first: category, then department.</summary>
    public required IReadOnlyList<int> ParentSlots { get; init; }

    /// <summary>What people are told apart by: attributes of users, or words of a request's context.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    /// <summary>How much interest each event type shows; 0 where it is not declared.</summary>
    public required float[] Weights { get; init; }

    /// <summary>Time in which interest halves.</summary>
    public required TimeSpan HalfLife { get; init; }

    /// <summary>The schema of the items.</summary>
    public required ItemSchema Schema { get; init; }

    /// <summary>The declaration in one line; groupings with equal lines count alike.</summary>
    public string Signature => string.Create(
        CultureInfo.InvariantCulture, $"groups:{Attribute}({string.Join(',', ParentSlots)})/{string.Join(',', Segments)}/{HalfLife}/{GroupStatistics.HabitHalfLife}/{string.Join(',', Weights)}");

    /// <summary>What a person is in a segment: what the caller said in the request or event, else the user's attribute. Numbers count by tens.</summary>
    public static string? ValueOf(string segment, IReadOnlyList<KeyValuePair<string, string>> context, Entity? user)
    {
        for (var i = 0; i < context.Count; i++)
        {
            if (context[i].Key == segment)
            {
                return context[i].Value;
            }
        }

        for (var i = 0; user is not null && i < user.Attributes.Count; i++)
        {
            if (user.Attributes[i].Name == segment)
            {
                var value = user.Attributes[i].Value;
                var tens = Math.Floor(value.Number / 10) * 10;
                return value.Kind == AttributeValueKind.Number ? string.Create(CultureInfo.InvariantCulture, $"{tens}–{tens + 9}") : value.Text;
            }
        }

        return null;
    }
}

/// <summary>The keys of segments.</summary>
internal static class Segment
{
    /// <summary>Everybody.</summary>
    public static UInt128 All { get; } = 1;

    /// <summary>People of whom little is known yet.</summary>
    public static UInt128 New { get; } = 2;

    /// <summary>People with a value of a segment.</summary>
    public static UInt128 Of(string name, string value) => new(Hash.Of64(name), Hash.Of64(value));

    /// <summary>New people with a value of a segment.</summary>
    public static UInt128 NewOf(string name, string value) => new(Hash.Of64(name) ^ ulong.MaxValue, Hash.Of64(value));
}
