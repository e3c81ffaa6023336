using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>The lowest price in each match group, among active items.</summary>
/// <remarks>One writer; a function of the catalogue and of its match groups. Cost of a change: the group's size where the lowest price went away, else constant.</remarks>
internal sealed class GroupPrices(OfferTraits traits)
{
    private readonly Dictionary<int, Dictionary<int, double>> _members = [];
    private readonly PagedArray<double> _lowest = new(6);

    /// <summary>Takes a change of an item.</summary>
    /// <param name="before">The item before it; null at its first sight.</param>
    /// <param name="oldGroup">Its match group then; -1 = none.</param>
    /// <param name="after">The item after it.</param>
    /// <param name="newGroup">Its match group now; -1 = none.</param>
    public void Apply(Item? before, int oldGroup, Item after, int newGroup)
    {
        oldGroup = before is not null && IsOnSale(before) ? oldGroup : -1;
        newGroup = IsOnSale(after) ? newGroup : -1;
        if (oldGroup >= 0 && (oldGroup != newGroup || !traits.PriceOf(before!).Equals(traits.PriceOf(after))))
        {
            Remove(oldGroup, after.Ordinal);
        }

        if (newGroup >= 0)
        {
            if (!_members.TryGetValue(newGroup, out var members))
            {
                _members[newGroup] = members = [];
            }

            var price = traits.PriceOf(after);
            members[after.Ordinal] = price;
            Set(newGroup, members.Count == 1 ? price : Math.Min(price, _lowest[newGroup]));
        }
    }

    private bool IsOnSale(Item item) => item.IsActive && OfferState.IsValid(OfferAxis.Price, traits.PriceOf(item));

    private void Remove(int group, int item)
    {
        if (_members.TryGetValue(group, out var members) && members.Remove(item, out var price) && price <= _lowest[group])
        {
            Set(group, members.Count == 0 ? double.NaN : members.Values.Min());
        }
    }

    private void Set(int group, double lowest)
    {
        _lowest.EnsureCount(group + 1);
        if (!_lowest[group].Equals(lowest))
        {
            _lowest.Edit(group) = lowest;
        }
    }

    public PagedView<double> Freeze() => _lowest.Freeze();

    public PagedView<double> Live() => _lowest.Live();
}
