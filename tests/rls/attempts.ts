import type { Client } from 'pg'
import type { Cell } from './cells.ts'

/**
 * Makes a function in this session that tries cells one after the other, each undone at once. Inside the database, as
 * thousands of attempts would otherwise be as many round trips. A constraint that stops a row comes after the policies:
 * who gets that far may do it.
 */
export async function prepareAttempts(db: Client): Promise<void> {
  await db.query(`
    create function pg_temp.wrong_cells(p_cells jsonb, p_most integer) returns table (n integer, got text)
    language plpgsql as $$
    declare
      v_cell record;
      v_setting record;
      v_part text;
      v_state text;
      v_message text;
      v_count bigint;
    begin
      for v_cell in
        select *
        from jsonb_to_recordset(p_cells)
          as c (n integer, role text, settings jsonb, before text, sql text, expected text)
      loop
        begin
          if v_cell.before <> '' then
            execute v_cell.before;
          end if;
          for v_setting in select * from jsonb_each_text(v_cell.settings) loop
            perform set_config(v_setting.key, v_setting.value, true);
          end loop;
          perform set_config('role', v_cell.role, true);
          execute v_cell.sql;
          get diagnostics v_count = row_count;
          got := case when v_count > 0 then 'yes' else 'unseen' end;
          raise exception using errcode = 'WEFT0';
        exception when others then
          get stacked diagnostics v_state = returned_sqlstate, v_message = message_text;
          got := case
            when v_state = 'WEFT0' then got
            when v_state like '23%' then 'yes'
            when v_state = '22023' then 'yes'
            when v_state <> '42501' then v_state || ' ' || v_message
            when v_message like 'permission denied for %' then 'denied'
            else 'refused'
          end;
        end;
        if got <> v_cell.expected and not (got = 'unseen' and v_cell.expected = 'refused') then
          n := v_cell.n;
          return next;
          p_most := p_most - 1;
          exit when p_most = 0;
        end if;
      end loop;
    end
    $$`)
}

/** Tries the cells and tells which came out otherwise than the matrix says, at most so many. */
export async function wrongCells(db: Client, cells: Cell[], most = 1000): Promise<string[]> {
  const asked = cells.map((cell, n) => ({
    n,
    role: cell.sqlRole,
    settings: cell.settings,
    before: cell.before ?? '',
    sql: cell.sql,
    expected: cell.expected,
  }))
  const { rows } = await db.query<{ n: number; got: string }>(
    'select * from pg_temp.wrong_cells($1, $2)',
    [JSON.stringify(asked), most],
  )
  return rows.flatMap(({ n, got }) => {
    const cell = cells[n]
    return cell ? [`${cell.title}: ${got}, but should be ${cell.expected}`] : []
  })
}
