using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;

namespace Vitrina.Learning.Replay;

/// <summary>Which group each item belongs to as the journal passes by, and so what people take to; a deleted item keeps its group.</summary>
internal sealed class GroupsOfItems(CompiledVertical vertical, string surface)
{
    private readonly string _attribute = vertical.Surfaces[surface].Declaration.Candidates!.Groups;
    private readonly IReadOnlyDictionary<string, Engine.Verticals.EventDeclaration> _events = vertical.Declaration.Events;
    private readonly Dictionary<string, string> _groupOf = new(StringComparer.Ordinal);

    /// <summary>The group of an item, or null.</summary>
    public string? this[string item] => _groupOf.GetValueOrDefault(item);

    /// <summary>The group that an event shows a known person's interest in, or null.</summary>
    public string? TakenTo(MarketEvent marketEvent) =>
        marketEvent.User is not null && _events.TryGetValue(EventTypes.NameOf(marketEvent.Type), out var declared) && declared.Weight > 0 ? this[marketEvent.Item] : null;

    /// <summary>Takes over a change of an item.</summary>
    public void Apply(ItemChange change)
    {
        if (change.Kind == ItemChangeKind.Put && change.Vertical != vertical.Name)
        {
            _groupOf.Remove(change.Id.Value);
            return;
        }

        foreach (var (name, value) in change.Attributes)
        {
            if (name == _attribute && value.Text is { } group && (change.Kind == ItemChangeKind.Put || _groupOf.ContainsKey(change.Id.Value)))
            {
                _groupOf[change.Id.Value] = group;
            }
        }
    }
}
