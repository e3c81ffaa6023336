using Vitrina.Engine.Events;
using Vitrina.Engine.Statistics.Groups;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine;

/// <summary>Binds the groups that a vertical's surfaces recommend.</summary>
internal static class GroupingCompiler
{
    /// <summary>The groupings, each once, in the order of the surfaces that name them.</summary>
    public static List<GroupingDeclaration> Bind(VerticalDeclaration vertical, ItemSchema schema, ErrorList errors)
    {
        var groupings = new List<GroupingDeclaration>();
        foreach (var (name, surface) in vertical.Surfaces)
        {
            if (surface.Candidates is not { } candidates || schema.FindOrNull(candidates.Groups) is not { } slot)
            {
                continue;
            }

            if (slot.Storage != AttributeStorage.Keywords)
            {
                errors.Add(candidates.Position, $"'surfaces.{name}.candidates.groups' names '{candidates.Groups}', which may have several values; an item belongs to one group of a grouping");
                continue;
            }

            if (WeightsOf(vertical).All(weight => weight <= 0))
            {
                errors.Add(candidates.Position, $"'surfaces.{name}' ranks groups by the interest that events show, and no event has a weight above 0");
            }

            var segments = candidates.Segments ?? [.. vertical.Users.Attributes.Where(attribute => attribute.Value.Kind is AttributeKind.Keyword or AttributeKind.Number).Select(attribute => attribute.Key)];
            var known = groupings.FindIndex(grouping => grouping.Attribute == candidates.Groups);
            if (known >= 0 && !groupings[known].Segments.SequenceEqual(segments))
            {
                errors.Add(candidates.Position, $"two surfaces rank '{candidates.Groups}' with different segments; give both the same");
            }
            else if (known < 0)
            {
                groupings.Add(new GroupingDeclaration
                {
                    Vertical = vertical.Vertical,
                    Attribute = candidates.Groups,
                    Slot = slot.Slot,
                    ParentSlots = ParentsOf(slot, schema),
                    Segments = segments,
                    Weights = WeightsOf(vertical),
                    HalfLife = vertical.Statistics.HalfLife,
                    Schema = schema,
                });
            }
        }

        return groupings;
    }

    /// <summary>The declared weight of each event type; 0 where it is not declared.</summary>
    public static float[] WeightsOf(VerticalDeclaration vertical) =>
        [.. EventTypes.All.Select(name => vertical.Events.TryGetValue(name, out var declared) ? (float)declared.Weight : 0)];

    private static List<int> ParentsOf(AttributeSlot slot, ItemSchema schema)
    {
        var parents = new List<int>();
        for (var at = slot; at.Declaration.Parent is { } name && schema.FindOrNull(name) is { Storage: AttributeStorage.Keywords } parent && parents.Count < schema.KeywordCount; at = parent)
        {
            parents.Add(parent.Slot);
        }

        return parents;
    }
}
