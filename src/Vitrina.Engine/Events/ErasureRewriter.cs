using Vitrina.Engine.Catalog;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Events;

/// <summary>Rewrites journal entries that name erased persons, so that a replay still counts the same for items.</summary>
/// <remarks>
/// For one walk over the journal in order. A walk that was cut short is simply begun again: entries that are rewritten already are recognised by
/// the names that stand in for ids.
/// </remarks>
internal sealed class ErasureRewriter
{
    /// <summary><see cref="ControlEntry.Value"/> of an erasure whose person stands nowhere any more.</summary>
    public const string Done = "rewritten";

    private readonly Dictionary<string, List<ErasedPerson>> _personsOfId = new(StringComparer.Ordinal);
    private readonly Dictionary<long, ErasedPerson> _persons = [];
    private readonly Dictionary<string, string> _idOfName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(long Since, string? User)>> _joins = new(StringComparer.Ordinal);
    private readonly HashSet<string> _handedOn = new(StringComparer.Ordinal);
    private readonly Func<string, bool> _isUserTable;
    private readonly ByteWriter _writer = new();

    /// <param name="persons">Whom to erase.</param>
    /// <param name="isUserTable">True for feature tables whose rows belong to users.</param>
    public ErasureRewriter(IReadOnlyList<ErasedPerson> persons, Func<string, bool> isUserTable)
    {
        _isUserTable = isUserTable;
        foreach (var person in persons.OrderBy(person => person.Sequence))
        {
            _persons[person.Sequence] = person;
            foreach (var id in person.Ids)
            {
                (_personsOfId.TryGetValue(id, out var known) ? known : _personsOfId[id] = []).Add(person);
                _idOfName[person.NameOf(id)] = id;
            }
        }
    }

    /// <summary>A first walk over the whole journal: which ids of the erased persons once belonged to somebody else, whose history keeps that part.</summary>
    public void Prepare(IEnumerable<JournalEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Kind != EntryKind.UserAlias)
            {
                continue;
            }

            var alias = UserAlias.Read(entry.Payload.Span);
            var (user, own) = (_idOfName.GetValueOrDefault(alias.User.Value, alias.User.Value), _idOfName.GetValueOrDefault(alias.Alias.Value, alias.Alias.Value));
            if (_personsOfId.TryGetValue(own, out var persons) && persons.Exists(person => !person.Ids.Contains(user)))
            {
                _handedOn.Add(own);
            }
        }
    }

    // Who is left in an entry: nobody, or the other person to whom the id belonged then, or would belong.
    private string? OtherOf(string id, ErasedPerson person, long sequence)
    {
        var user = UserOf(id, sequence);
        return PersonOfId(user, sequence) is null ? user : user == id && _handedOn.Contains(id) ? person.NameOf(id) : null;
    }

    /// <summary>Takes the journal's next entry.</summary>
    /// <returns>True when <paramref name="payload"/> takes the place of the entry's.</returns>
    public bool Rewrite(JournalEntry entry, out ReadOnlyMemory<byte> payload)
    {
        _writer.Clear();
        var isOther = entry.Kind switch
        {
            EntryKind.Event => Write(MarketEvent.Read(entry.Payload.Span), entry.Sequence),
            EntryKind.Ranking => Write(RankingRecord.Read(entry.Payload.Span), entry.Sequence),
            EntryKind.UserPut => Write(EntityChange.Read(entry.Payload.Span), entry.Sequence),
            EntryKind.UserAlias => Write(UserAlias.Read(entry.Payload.Span), entry.Sequence),
            EntryKind.UserErase => Write(ControlEntry.Read(entry.Payload.Span), entry.Sequence),
            EntryKind.FeatureRows => Write(FeatureRow.Read(entry.Payload.Span), entry.Sequence),
            _ => false,
        };
        payload = isOther ? _writer.ToArray() : default;
        return isOther;
    }

    private bool Write(MarketEvent marketEvent, long sequence)
    {
        if (marketEvent.User is not { } id || PersonOf(id, sequence) is not { } person)
        {
            return false;
        }

        var other = OtherOf(id, person, sequence);
        (marketEvent with { User = other, Session = other is null ? person.VisitorOf(UserOf(id, sequence), marketEvent.Item) : null, Context = [] }).Write(_writer);
        return true;
    }

    private bool Write(RankingRecord ranking, long sequence)
    {
        // A record may stand behind an erasure, or the joining of a device, that its answer had not seen yet.
        var seen = ranking.IsAnsweredHere ? Math.Min(sequence, ranking.AsOf) : sequence;
        if (ranking.User is not { } id || PersonOf(id, seen) is not { } person)
        {
            return false;
        }

        person.Without(ranking, UserOf(id, sequence)).Write(_writer);
        return true;
    }

    private bool Write(EntityChange change, long sequence)
    {
        if (PersonOfId(change.Id, sequence) is not { } person)
        {
            return false;
        }

        new EntityChange { Id = person.NameOf(change.Id), AtMs = change.AtMs }.Write(_writer);
        return true;
    }

    private bool Write(UserAlias alias, long sequence)
    {
        var (user, own) = (alias.User.Value, alias.Alias.Value);
        Join(_idOfName.GetValueOrDefault(user, user), _idOfName.GetValueOrDefault(own, own), sequence);
        var (ofUser, ofAlias) = (PersonOfId(user, sequence), PersonOfId(own, sequence));
        if (ofUser is null && ofAlias is null)
        {
            return false;
        }

        new UserAlias(new UserId(ofUser?.NameOf(user) ?? user), new UserId(ofAlias?.NameOf(own) ?? own), alias.AtMs).Write(_writer);
        return true;
    }

    private bool Write(ControlEntry erasure, long sequence)
    {
        var id = _idOfName.GetValueOrDefault(erasure.Subject, erasure.Subject);
        var user = UserOf(id, sequence);
        foreach (var own in _joins.Keys.Where(own => UserOf(own, sequence) == user).ToList())
        {
            _joins[own].Add((sequence, null));
        }

        // An erasure of somebody who was erased later once more, or of a journal whose later part names the person again, is rewritten with that.
        var person = _persons.GetValueOrDefault(sequence) ?? PersonOfId(erasure.Subject, sequence);
        if (erasure.Value == Done || person is null)
        {
            return false;
        }

        _writer.WriteBytes(new ControlEntry(person.NameOf(erasure.Subject), Done, "").ToBytes());
        return true;
    }

    private bool Write(FeatureRow row, long sequence)
    {
        if (!_isUserTable(row.Table))
        {
            return false;
        }

        var end = row.Key.IndexOf(" x ", StringComparison.Ordinal);
        var person = PersonOfId(row.Key, sequence) ?? (end > 0 ? PersonOfId(row.Key[..end], sequence) : null);
        if (person is null)
        {
            return false;
        }

        (row with { Key = person.NameOf(row.Key), Columns = [] }).Write(_writer);
        return true;
    }

    // An id alone, then the login that it belonged to: a device that was handed on belongs to the history of both.
    private ErasedPerson? PersonOf(string id, long sequence) => PersonOfId(id, sequence) ?? PersonOfId(UserOf(id, sequence), sequence);

    private ErasedPerson? PersonOfId(string id, long sequence)
    {
        if (_personsOfId.TryGetValue(id, out var persons))
        {
            foreach (var person in persons)
            {
                if (person.Sequence > sequence)
                {
                    return person;
                }
            }
        }

        return null;
    }

    private void Join(string user, string own, long sequence)
    {
        var target = UserOf(user, sequence);
        if (own != target && UserOf(own, sequence) != target)
        {
            (_joins.TryGetValue(own, out var known) ? known : _joins[own] = []).Add((sequence, target));
        }
    }

    // The login to which an id belonged at a point of the journal.
    private string UserOf(string id, long sequence)
    {
        while (_joins.TryGetValue(id, out var joins) && joins.FindLast(join => join.Since <= sequence).User is { } user)
        {
            id = user;
        }

        return id;
    }
}
