using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

/// <summary>Everything the marketplace is told that does not depend on what it shows: users, resumes, renewals, vacancies, withdrawals, in time order.</summary>
internal sealed class JobFeed
{
    private readonly JobsWorld _world;
    private readonly Change[] _changes;
    private int _cursor;

    public JobFeed(JobsWorld world)
    {
        _world = world;
        var changes = new List<Change>();
        AddUsers(changes);
        for (var resume = 0; resume < world.Market.Resumes.Count; resume++)
        {
            AddPosting(changes, world.Market.Resumes, JobSide.Employer, resume);
            for (var index = world.Market.RenewalStart[resume]; index < world.Market.RenewalStart[resume + 1]; index++)
            {
                if (world.Market.RenewedAt[index] >= world.Start.UtcTicks)
                {
                    changes.Add(new Change(world.Market.RenewedAt[index], Kind.Renewal, JobSide.Employer, resume));
                }
            }
        }

        for (var vacancy = 0; vacancy < world.Market.Vacancies.Count; vacancy++)
        {
            AddPosting(changes, world.Market.Vacancies, JobSide.Person, vacancy);
        }

        _changes = [.. changes];
        Array.Sort(_changes);
    }

    private enum Kind : byte
    {
        User,
        Put,
        Renewal,
        End,
    }

    /// <summary>When the next change happens, UTC ticks; the largest number when there is none.</summary>
    public long NextAt => _cursor < _changes.Length ? _changes[_cursor].At : long.MaxValue;

    /// <summary>The next change; null when what it is about is gone already.</summary>
    public SimulatedChange? Next(JobMarketState state)
    {
        var change = _changes[_cursor++];
        var at = new DateTimeOffset(change.At, TimeSpan.Zero);
        if (change.Kind == Kind.User)
        {
            return User(change, at);
        }

        var postings = _world.PostingsShownTo(change.Side);
        var id = postings.Id[change.Entity];
        switch (change.Kind)
        {
            case Kind.Put:
                state.List(change.Side, change.Entity);
                var sign = change.Side == JobSide.Employer ? _world.Market.LastSignOfLife(change.Entity, change.At) : postings.PublishedAt[change.Entity];
                return new SimulatedChange.ItemPut
                {
                    At = at,
                    Id = id,
                    Vertical = JobsWorld.Vertical,
                    Owner = postings.OwnerId(change.Entity),
                    PublishedAt = new DateTimeOffset(postings.PublishedAt[change.Entity], TimeSpan.Zero),
                    ExpiresAt = new DateTimeOffset(RunsOutAt(postings, change.Entity), TimeSpan.Zero),
                    Attributes = JobCard.Of(_world.Market, change.Side, change.Entity, new DateTimeOffset(sign, TimeSpan.Zero)),
                };
            case Kind.Renewal when state.IsListed(change.Side, change.Entity) && !state.HasFoundWork(change.Entity, change.At):
                return new SimulatedChange.ItemPatch { At = at, Id = id, Attributes = new JobRenewal(at) };
            case Kind.End when state.Unlist(change.Side, change.Entity) && change.At < RunsOutAt(postings, change.Entity):
                return new SimulatedChange.ItemPatch { At = at, Id = id, ExpiresAt = at };
            default:
                return null;
        }
    }

    private SimulatedChange.UserPut User(Change change, DateTimeOffset at)
    {
        var isPerson = change.Side == JobSide.Person;
        var postings = isPerson ? _world.Market.Resumes : _world.Market.Vacancies;
        return new SimulatedChange.UserPut
        {
            At = at,
            Id = postings.OwnerId(change.Entity),
            Attributes = new JobUser(isPerson ? "person" : "employer", Vocabulary.CityOf(_world.Market.CityOf(postings.Cluster[change.Entity])).Name),
        };
    }

    /// <summary>When a posting ends by itself; it says so from the beginning.</summary>
    private long RunsOutAt(Postings postings, int posting) => JobMarketBuilder.Later(postings.PublishedAt[posting], _world.Configuration.ListingDays);

    // A vacancy of the same number is an employer's first: its city is the employer's.
    private void AddUsers(List<Change> changes)
    {
        for (var employer = 0; employer < _world.Market.EmployerCount; employer++)
        {
            changes.Add(new Change(_world.Start.UtcTicks, Kind.User, JobSide.Employer, employer));
        }

        for (var person = 0; person < _world.Market.Resumes.Count; person++)
        {
            if (_world.Market.Resumes.EndsAt[person] > _world.Start.UtcTicks)
            {
                changes.Add(new Change(Math.Max(_world.Start.UtcTicks, _world.Market.Resumes.PublishedAt[person]), Kind.User, JobSide.Person, person));
            }
        }
    }

    private void AddPosting(List<Change> changes, Postings postings, JobSide side, int posting)
    {
        var start = _world.Start.UtcTicks;
        if (postings.EndsAt[posting] > start)
        {
            changes.Add(new Change(Math.Max(start, postings.PublishedAt[posting]), Kind.Put, side, posting));
            changes.Add(new Change(postings.EndsAt[posting], Kind.End, side, posting));
        }
    }

    /// <summary>Ordered by time, then kind, then side, then number.</summary>
    private readonly record struct Change(long At, Kind Kind, JobSide Side, int Entity) : IComparable<Change>
    {
        public int CompareTo(Change other) =>
            At != other.At ? At.CompareTo(other.At) : Kind != other.Kind ? Kind.CompareTo(other.Kind) : Side != other.Side ? Side.CompareTo(other.Side) : Entity.CompareTo(other.Entity);
    }
}
