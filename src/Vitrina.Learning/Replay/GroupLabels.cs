using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Statistics.Groups;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Learning.Replay;

/// <summary>A moment at which a list of groups is made again, and what came next.</summary>
/// <param name="Sequence">The sequence of the event that the list stands before.</param>
/// <param name="AtMs">When, Unix milliseconds.</param>
/// <param name="User">Whose.</param>
/// <param name="Acts">What the person then did: by group, bit n stands for event type n.</param>
internal sealed record ReconstructedList(long Sequence, long AtMs, string User, Dictionary<string, uint> Acts)
{
    public string Id => GroupLabels.IdOf(Sequence);
}

/// <summary>Which group each item belongs to as the journal passes by, and what people took to next: the labels of lists of groups.</summary>
/// <remarks>
/// A moment is a person's first step of a visit, or a step into another group. What counts as next is everything of the following day, the step itself
/// included: it is not yet in the state that the list is made from. Holds a few hundred bytes a moment.
/// </remarks>
internal sealed class GroupLabels
{
    /// <summary>How many groups a list that is made again holds.</summary>
    public const int ListLength = 60;

    private const long NextMs = 24 * 3_600_000L;
    private const int MostOpen = 8;

    private sealed class Person
    {
        public long LastMs = long.MinValue;
        public string? LastGroup;
        public readonly List<ReconstructedList> Open = [];
    }

    private readonly GroupsOfItems _groups;
    private readonly int _most;
    private readonly Dictionary<string, Person> _people = new(StringComparer.Ordinal);
    private readonly List<ReconstructedList> _lists = [];

    public GroupLabels(CompiledVertical vertical, string surface, int most)
    {
        _groups = new GroupsOfItems(vertical, surface);
        _most = most;
    }

    /// <summary>The id of the list before an event.</summary>
    public static string IdOf(long sequence) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"before:{sequence}");

    /// <summary>The group of an item, or null.</summary>
    public string? GroupOf(string item) => _groups[item];

    /// <summary>Takes over a change of an item.</summary>
    public void Apply(ItemChange change) => _groups.Apply(change);

    /// <summary>Takes over an event: it labels the moments before it, and may be one itself.</summary>
    public void Apply(MarketEvent marketEvent, long sequence)
    {
        if (_groups.TakenTo(marketEvent) is not { } group)
        {
            return;
        }

        var user = marketEvent.User!;
        if (!_people.TryGetValue(user, out var person))
        {
            _people[user] = person = new Person();
        }

        var atMs = marketEvent.OccurredAtMs;
        if (atMs < person.LastMs)
        {
            return;
        }

        if (GroupSteps.Leads(person.LastGroup == group, person.LastMs, atMs))
        {
            if (person.Open.Count == MostOpen)
            {
                person.Open.RemoveAt(0);
            }

            var list = new ReconstructedList(sequence, atMs, user, new Dictionary<string, uint>(2, StringComparer.Ordinal));
            person.Open.Add(list);
            _lists.Add(list);
        }

        person.Open.RemoveAll(list => atMs - list.AtMs > NextMs);
        foreach (var list in person.Open)
        {
            list.Acts[group] = list.Acts.GetValueOrDefault(group) | (1u << (int)marketEvent.Type);
        }

        (person.LastMs, person.LastGroup) = (atMs, group);
    }

    /// <summary>The moments, all of them or as many as asked for: those with the smallest hashes, whatever else the journal holds.</summary>
    public IReadOnlyList<ReconstructedList> Lists() =>
        _lists.Count <= _most ? _lists : [.. _lists.OrderBy(list => Hash.Of64(list.Id)).Take(_most).OrderBy(list => list.Sequence)];
}
