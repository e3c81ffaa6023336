using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics.Groups;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Learning.Replay;

/// <summary>A person's step into a group.</summary>
/// <param name="Group">The group's number.</param>
/// <param name="AtMs">When, Unix milliseconds.</param>
public readonly record struct PersonStep(int Group, long AtMs);

/// <summary>One pass over the journal: which groups people stepped into, and when. What factors of groups are learned from.</summary>
/// <remarks>Holds 16 bytes a step of at most <see cref="MostPeople"/> people, a share by a hash where there are more. Erased people are forgotten.</remarks>
public sealed class PersonSteps
{
    /// <summary>People beyond whom a share is kept.</summary>
    public const int MostPeople = 200_000;

    private readonly GroupsOfItems _groupOf;
    private readonly ItemCatalog _users = new();
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _groups = [];
    private readonly Dictionary<int, Person> _people = [];
    private ulong _kept;

    private sealed class Person
    {
        public required ulong Hash { get; init; }

        public List<PersonStep> Steps { get; } = [];

        public long LastMs { get; set; }
    }

    private PersonSteps(CompiledVertical vertical, string surface) => _groupOf = new GroupsOfItems(vertical, surface);

    /// <summary>The groups' names by number.</summary>
    public IReadOnlyList<string> Groups => _groups;

    /// <summary>Each person's steps, oldest first.</summary>
    public IReadOnlyList<IReadOnlyList<PersonStep>> People { get; private set; } = [];

    /// <summary>The last journal sequence that was read.</summary>
    public long AsOf { get; private set; }

    /// <summary>Reads the journal.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="vertical">The vertical.</param>
    /// <param name="surface">A surface whose candidates are groups.</param>
    /// <param name="progress">Receives the share that is read, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public static PersonSteps Of(IJournalStore journal, CompiledVertical vertical, string surface, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(vertical);
        var steps = new PersonSteps(vertical, surface);
        foreach (var entry in journal.Read(journal.FirstSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            steps.Note(entry);
            if ((entry.Sequence & 0xFFFF) == 0)
            {
                progress?.Report((double)entry.Sequence / journal.LastSequence);
            }
        }

        steps.People = [.. steps._people.OrderBy(pair => pair.Key).Select(pair => pair.Value.Steps)];
        return steps;
    }

    private void Note(in JournalEntry entry)
    {
        AsOf = entry.Sequence;
        switch (entry.Kind)
        {
            case EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete:
                _groupOf.Apply(ItemChange.Read(entry.Payload.Span));
                break;
            case EntryKind.Event:
                Note(MarketEvent.Read(entry.Payload.Span));
                break;
            case EntryKind.UserErase:
                foreach (var user in _users.PersonOf(ControlEntry.Read(entry.Payload.Span).Subject))
                {
                    _people.Remove(user);
                }

                _users.Erase(ControlEntry.Read(entry.Payload.Span).Subject);
                break;
            case EntryKind.UserAlias:
                _users.Join(UserAlias.Read(entry.Payload.Span));
                break;
            default:
                break;
        }
    }

    private void Note(MarketEvent marketEvent)
    {
        if (_groupOf.TakenTo(marketEvent) is not { } name || Hash.Of64(marketEvent.User!) is var hash && (hash & _kept) != 0)
        {
            return;
        }

        var ordinal = _users.UserOrdinal(marketEvent.User!);
        if (!_people.TryGetValue(ordinal, out var person))
        {
            _people[ordinal] = person = new Person { Hash = hash };
        }

        if (!_numbers.TryGetValue(name, out var group))
        {
            _numbers[name] = group = _groups.Count;
            _groups.Add(name);
        }

        var (steps, atMs) = (person.Steps, marketEvent.OccurredAtMs);
        if (steps.Count > 0 && atMs < person.LastMs)
        {
            return;
        }

        if (steps.Count == 0 || GroupSteps.Leads(steps[^1].Group == group, person.LastMs, atMs))
        {
            steps.Add(new PersonStep(group, atMs));
        }

        person.LastMs = atMs;
        if (_people.Count > MostPeople)
        {
            KeepFewer();
        }
    }

    // Each time half of the people go: by one more bit of their hash, so that a person is either followed from the first step on or not at all.
    private void KeepFewer()
    {
        _kept = (_kept << 1) | 1;
        foreach (var (ordinal, person) in _people)
        {
            if ((person.Hash & _kept) != 0)
            {
                _people.Remove(ordinal);
            }
        }
    }
}
