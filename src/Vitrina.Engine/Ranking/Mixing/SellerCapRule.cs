namespace Vitrina.Engine.Ranking.Mixing;

/// <summary>At most n items of one seller on a page; the others wait for a later page, their order kept.</summary>
internal sealed class SellerCapRule(int max) : MixingRule("sellerCap")
{
    public override void Apply(RankingContext context, int pageSize)
    {
        var count = context.OrderedCount;
        var buffers = context.MixingBuffers;
        buffers.Begin(count);
        var (waiting, written, taken) = (buffers.Waiting, 0, 0);
        while (written < count)
        {
            buffers.Sellers.Clear();
            var pageEnd = Math.Min(written + pageSize, count);
            for (var i = 0; i < waiting.Count && written < pageEnd;)
            {
                if (Fits(context, buffers, waiting[i]))
                {
                    Take(context, buffers, waiting[i], ref written, isMoved: true);
                    waiting.RemoveAt(i);
                }
                else
                {
                    i++;
                }
            }

            while (written < pageEnd && taken < count)
            {
                var place = taken++;
                if (Fits(context, buffers, place))
                {
                    Take(context, buffers, place, ref written, isMoved: waiting.Count > 0);
                }
                else
                {
                    waiting.Add(place);
                }
            }

            if (taken == count && written < pageEnd)
            {
                // Only capped sellers are left: they stand at the end as they are.
                foreach (var place in waiting)
                {
                    Take(context, buffers, place, ref written, isMoved: true);
                }

                break;
            }
        }

        buffers.Order.AsSpan(0, count).CopyTo(context.Order);
        buffers.Propensities.AsSpan(0, count).CopyTo(context.Propensities);
    }

    private bool Fits(RankingContext context, MixingBuffers buffers, int place)
    {
        var seller = context.Scope.Items[context.Order[place]].SellerOrdinal;
        return seller < 0 || buffers.Sellers.GetValueOrDefault(seller) < max;
    }

    private void Take(RankingContext context, MixingBuffers buffers, int place, ref int written, bool isMoved)
    {
        var index = context.Order[place];
        var seller = context.Scope.Items[index].SellerOrdinal;
        if (seller >= 0)
        {
            buffers.Sellers[seller] = buffers.Sellers.GetValueOrDefault(seller) + 1;
        }

        buffers.Order[written] = index;
        buffers.Propensities[written] = isMoved ? 1 : context.Propensities[place];
        if (isMoved && written > place)
        {
            context.Moves[index] = Name;
        }

        written++;
    }
}
