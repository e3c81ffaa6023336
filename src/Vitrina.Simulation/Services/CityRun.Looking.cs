namespace Vitrina.Simulation.Services;

internal sealed partial class CityRun
{
    private readonly int[] _ranked;
    private readonly double[] _scores;

    /// <summary>The utility of an order for a specialist.</summary>
    public double Utility(int specialist, int order)
    {
        var dimensions = _configuration.SkillDimensions;
        return Need.Utility(_configuration, _people, specialist, Open.Need.AsSpan(order * dimensions, dimensions), (Open.East[order], Open.North[order]));
    }

    /// <summary>The list that the session's arm shows: open orders of the specialist's markets that it has not looked at yet.</summary>
    /// <returns>Orders from the top; overwritten by the next call.</returns>
    public ReadOnlySpan<int> Rank(in CitySession session)
    {
        var home = _people.HomeOf(session.Specialist);
        var count = Gather(session, home, 0);
        if (_people.SecondMarket[session.Specialist] is >= 0 and var second)
        {
            count = Gather(session, second, count);
        }

        return _ranked.AsSpan(0, count);
    }

    /// <summary>Lets a specialist look at a list and respond.</summary>
    /// <param name="session">The session.</param>
    /// <param name="list">Orders from the top; -1 stands for one that has ended.</param>
    public void Look(in CitySession session, ReadOnlySpan<int> list)
    {
        var examining = Streams.Open(_seed, StreamPurpose.Examining, session.Key);
        for (var place = 0; place < list.Length; place++)
        {
            if (examining.NextDouble() * (1 + _configuration.ExaminationDecay * place) < 1 && list[place] >= 0 && Open.Key[list[place]] >= 0)
            {
                Examine(session, list[place], place + 1);
            }
        }
    }

    // Keeps the best of the list; at equal scores the newer order, then the one found first.
    private int Gather(in CitySession session, int market, int count)
    {
        var orders = Open.Of(market - FirstMarket);
        var seat = _people.SeatOf(session.Specialist, market);
        var isByMatch = session.Arm == Arm.B && _configuration.TreatmentOrder == FeedOrder.Match;
        for (var index = orders.Count - 1; index >= 0; index--)
        {
            var order = orders[index];
            if (Open.IsSeen(order, seat))
            {
                continue;
            }

            var score = isByMatch ? SeenUtility(session.Specialist, order) : Open.CreatedAt[order];
            if (count == _ranked.Length && score <= _scores[count - 1])
            {
                if (isByMatch)
                {
                    continue;
                }

                break;
            }

            var place = count < _ranked.Length ? count++ : count - 1;
            for (; place > 0 && _scores[place - 1] < score; place--)
            {
                (_ranked[place], _scores[place]) = (_ranked[place - 1], _scores[place - 1]);
            }

            (_ranked[place], _scores[place]) = (order, score);
        }

        return count;
    }

    private double SeenUtility(int specialist, int order)
    {
        var noise = Streams.Open(_seed, StreamPurpose.Noise, Open.Key[order], specialist);
        return Utility(specialist, order) + _configuration.TreatmentNoise * noise.NextGaussian();
    }

    private void Examine(in CitySession session, int order, int position)
    {
        _listener.Viewed(Open, order, session, position);
        var seat = _people.SeatOf(session.Specialist, FirstMarket + Open.Market[order]);
        if (Open.IsSeen(order, seat))
        {
            return;
        }

        Open.MarkSeen(order, seat);
        var utility = Utility(session.Specialist, order);
        var responding = Streams.Open(_seed, StreamPurpose.Responding, Open.Key[order], session.Specialist);
        if (!responding.NextBool(Need.ResponseProbability(_configuration, utility, session.Arm)))
        {
            _listener.PassedOver(Open, order, session, position);
            return;
        }

        Open.Response(order, Open.ResponseCount[order]++) = new OrderResponse(session.Specialist, session.Key, session.At, utility, session.Arm);
        _listener.Responded(Open, order, session, position);
        if (Open.IsFull(order))
        {
            Close(order, session.At);
        }
    }
}
